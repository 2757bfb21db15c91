import type { Sample, SampleSink } from '../sample.ts';

/** Where the users of one process tell what became of their starts. */
export interface Report extends SampleSink {
  sample(sample: Sample): void;
  /** A sample began, and whether it was more than `lateness` after its moment. */
  began(late: boolean): void;
  /** A start of an open model did not happen, since as many users as allowed are at work. */
  dropped(): void;
}

/** Milliseconds. */
export const lateness = 10;
