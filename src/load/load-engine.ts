import type { Element } from './jmx/element.ts';
import type { AccountsDelta } from './stats/delta.ts';

/** A plan as people gave it: a `.jmx`, or what the file says under `load:`. */
export interface TestPlan {
  /** The name in the file, or the path of the `.jmx` as given. */
  readonly name: string;
  readonly root: Element;
  /** Files that the plan names are read below this directory. */
  readonly directory: string;
}

/** One run, for one process on one machine. */
export interface LoadOrder {
  readonly plan: TestPlan;
  /** Where requests without a host of their own go. */
  readonly target?: URL;
  /** JMeter's properties. */
  readonly properties: ReadonlyMap<string, string>;
  /** Cores to use. */
  readonly workers: number;
  /** Which part of the plan's users this process has: all of them, `{index: 0, of: 1}`, unless several machines make the load. */
  readonly share: { readonly index: number; readonly of: number };
  /** A file for every sample, made anew. */
  readonly jtl?: JtlOrder;
  /** Files elsewhere than below the plan's directory may be read too. */
  readonly anyFile: boolean;
  /** Ask our balancer which instance answered. */
  readonly askServer: boolean;
}

export interface JtlOrder {
  readonly path: string;
  readonly format: 'csv' | 'xml';
}

export interface LoadEngine {
  readonly name: 'embedded' | 'jmeter';
  /**
   * Runs it to its end and tells about it at least every second. When the signal is aborted no request begins any more, those in
   * flight are awaited for a bounded time, and it resolves as usual. Rejects with a RelevoError where the run could not be made.
   */
  run(order: LoadOrder, tell: (news: LoadNews) => void, signal: AbortSignal): Promise<void>;
}

export type LoadNews =
  /** What was recorded since the last account: their sum is the result. */
  | { readonly is: 'accounts'; readonly delta: AccountsDelta }
  | { readonly is: 'note'; readonly text: string }
  /** What was in the log is gone: it is this run's from now on. */
  | { readonly is: 'log' };
