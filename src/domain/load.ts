import type { Failure } from './failure.ts';

/** What a load run brought, whichever engine ran it. Times are milliseconds, rates are per second, sizes are bytes. */
export interface LoadResult {
  /** Absent where only logs were read, and these do not tell. */
  readonly engine?: 'embedded' | 'jmeter';
  /** The name in the file, or the path of the `.jmx`. */
  readonly plan: string;
  /** The URL that requests without a host of their own went to; absent where the plan has all of them. */
  readonly target?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From the start of the first sample to the end of the last one. */
  readonly seconds: number;
  readonly total: LoadFigures;
  /** By label, in the order of their first sample. */
  readonly labels: readonly LoadFigures[];
  /** By the instance that answered, sorted; empty where nobody said. */
  readonly servers: readonly LoadFigures[];
  /** Codes and messages of the samples that are not ok, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly message: string; readonly count: number }[];
  readonly codes: Readonly<Record<string, number>>;
  /** Absent where only logs were read, and these do not tell. */
  readonly generator?: GeneratorFigures;
  /** What of the plan was left out or has no effect, a finding each. */
  readonly findings: readonly PlanFinding[];
  /** What nobody knows of this run, since its logs do not tell; a sentence each. */
  readonly untold?: readonly string[];
  /** What ended the run before its time: the figures are those until then. */
  readonly failure?: Failure;
  readonly expectations: readonly ExpectationResult[];
  readonly verdict: LoadVerdict;
}

export interface LoadFigures {
  readonly name: string;
  readonly samples: number;
  readonly ok: number;
  readonly failed: number;
  /** Lost after they were sent: nobody knows whether they were carried out. */
  readonly unknown: number;
  /** Failed and unknown, of all; 0 to 100. */
  readonly errorPercent: number;
  readonly rate: number;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
  readonly averageBytes: number;
  readonly apdex: number;
  /** From the sending of each request to its answer. */
  readonly service: Percentiles;
  /** From the moment at which each should have been sent; in open models only. */
  readonly response?: Percentiles;
}

export interface Percentiles {
  readonly min: number;
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface GeneratorFigures {
  /** How many processes or threads made the load, on how many machines. */
  readonly workers: number;
  readonly machines: number;
  /** CPU time per second and core that it could use; 0 to 1. The highest of any second. */
  readonly busiest: number;
  /** Milliseconds for which what was to do waited in it, on average in the worst second; 0 of JMeter, which does not tell. */
  readonly lag: number;
  /** Requests that began more than 10 ms after their time. */
  readonly late: number;
  /** Starts of an open model that did not happen, since as many users as allowed were at work. */
  readonly dropped: number;
  /** Why the figures say more about the generator than about the site. */
  readonly bottleneck?: string;
  /** Why the site may do more and answer faster than it was measured: the generator made as many requests as it could. */
  readonly limit?: string;
  /** Why the site may answer faster than it was measured: answers waited in the generator, for a great part of their time. */
  readonly delay?: string;
}

/** One thing in a plan that does not do what it does in JMeter. */
export interface PlanFinding {
  /**
   * The last three are files that it names: `missing` ones can't be read, and it can't run without; `absent` ones can't be read
   * either, which fails samples, or gives functions nothing, where it comes to them; `forbidden` ones must not be read.
   */
  readonly kind: 'unsupported' | 'skipped' | 'missing' | 'absent' | 'forbidden';
  /** `Test Plan > Users > Script`. */
  readonly path: string;
  readonly line: number;
  readonly what: string;
  readonly consequence: string;
}

export interface ExpectationResult {
  /** As it was written: `p99 < 400ms`. */
  readonly text: string;
  readonly holds: boolean;
  /** What was measured, with its unit. */
  readonly measured: string;
  /** Nobody asked for it: it is expected of every run that has no expectation about errors. */
  readonly byDefault?: true;
}

/** `void`: there is nothing to judge by, and why. */
export type LoadVerdict =
  | { readonly is: 'pass' }
  | { readonly is: 'fail'; readonly why: readonly string[] }
  | { readonly is: 'void'; readonly why: readonly string[] };
