/**
 * What was recorded in some time, as plain data (also after JSON): deltas of several workers and machines add up exactly,
 * since all histograms have the same buckets.
 */
export interface AccountsDelta {
  readonly labels: readonly FiguresDelta[];
  readonly servers: readonly FiguresDelta[];
  /** `code` and `message` of samples that are not ok. */
  readonly errors: readonly { readonly code: string; readonly message: string; readonly count: number }[];
  readonly codes: Readonly<Record<string, number>>;
  /** Of the first sample's start and the last one's end, milliseconds since 1970; absent where there was none. */
  readonly span?: readonly [from: number, to: number];
  /** Users at work at the moment. */
  readonly users: number;
  readonly late: number;
  readonly dropped: number;
  /** CPU time per second and core that could be used since the last delta; 0 to 1. */
  readonly busy: number;
}

export interface FiguresDelta {
  readonly name: string;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly received: number;
  readonly sent: number;
  /** Milliseconds, summed. */
  readonly sum: number;
  readonly satisfied: number;
  readonly tolerated: number;
  readonly service: HistogramDelta;
  /** Where intended starts are known. */
  readonly response?: HistogramDelta;
}

/** Counts of an HDR histogram of microseconds, in its own V2 encoding, compressed, base64. */
export type HistogramDelta = string;
