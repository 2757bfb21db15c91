/**
 * What was recorded in some time, as plain data (also after JSON): deltas of several workers and machines add up exactly,
 * since all counts are whole numbers and all histograms have the same buckets.
 */
export interface AccountsDelta {
  /** In the order of their first sample. A name may be there more than once: its figures are then the sum. */
  readonly labels: readonly FiguresDelta[];
  readonly servers: readonly FiguresDelta[];
  /** Of requests that are shown inside the sample of a transaction: they are in the total, and in no label. */
  readonly within: readonly FiguresDelta[];
  /** `code` and `message` of samples that are not ok. */
  readonly errors: readonly ErrorCount[];
  readonly codes: Readonly<Record<string, number>>;
  /** Of the first sample's start and the last one's end, milliseconds since 1970; absent where there was none. */
  readonly span?: readonly [from: number, to: number];
  /** Users at work at the moment. */
  readonly users: number;
  readonly late: number;
  readonly dropped: number;
  /** CPU time per second and core that could be used since the last delta; 0 to 1. */
  readonly busy: number;
  /** Milliseconds by which the generator came late to what it had to do, on average since the last delta; 0 where nobody knows. */
  readonly lag: number;
}

export interface FiguresDelta {
  readonly name: string;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly received: number;
  readonly sent: number;
  readonly satisfied: number;
  readonly tolerated: number;
  readonly service: HistogramDelta;
  /** Where intended starts are known. */
  readonly response?: HistogramDelta;
  /** These are samples of a transaction, and no requests. */
  readonly inside?: Inside;
}

/**
 * Of transactions of which nobody knows whether their requests have samples too: so many requests they had in all, and so many of
 * them failed. Those whose requests are known, inside (`within`) or beside them, are not counted here.
 */
export interface Inside {
  readonly requests: number;
  readonly failed: number;
}

export interface ErrorCount {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

/** A histogram of microseconds: numbers to base 36 (see histogram.ts). */
export type HistogramDelta = string;

/** What several workers or machines told about the same time, as one. */
export function sumOfDeltas(deltas: readonly AccountsDelta[]): AccountsDelta {
  const spans = deltas.flatMap(({ span }) => (span === undefined ? [] : [span]));
  const codes = new Map<string, number>();
  for (const delta of deltas) {
    for (const [code, count] of Object.entries(delta.codes)) codes.set(code, (codes.get(code) ?? 0) + count);
  }
  const sum = (of: 'users' | 'late' | 'dropped') => deltas.reduce((all, delta) => all + delta[of], 0);
  return {
    labels: deltas.flatMap(({ labels }) => labels),
    servers: deltas.flatMap(({ servers }) => servers),
    within: deltas.flatMap(({ within }) => within),
    errors: deltas.flatMap(({ errors }) => errors),
    codes: Object.fromEntries(codes),
    ...(spans.length > 0 && {
      span: [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))],
    }),
    ...{ users: sum('users'), late: sum('late'), dropped: sum('dropped') },
    busy: Math.max(0, ...deltas.map(({ busy }) => busy)),
    lag: Math.max(0, ...deltas.map(({ lag }) => lag)),
  };
}
