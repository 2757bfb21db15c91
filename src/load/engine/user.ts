import type { Sample } from '../sample.ts';

/** A virtual user: what JMeter calls a thread. */
export interface User {
  /** Within its group, from 0 on: JMeter's `ctx.getThreadNum()`; `${__threadNum}` is one more. */
  readonly number: number;
  /** `Users 1-3`. */
  readonly name: string;
  readonly group: string;
  /** Its own; names are as written. */
  readonly variables: Map<string, string>;
  readonly run: Run;
  /** Its last sample, until its next one. */
  previous: Sample | undefined;
  /** The sampler whose turn it is, from its pre-processors to its assertions: `${__samplerName}`. */
  sampler?: { readonly label: { of(user: User): string } } | undefined;
  /** Iterations of its group that have begun. */
  iteration: number;
  /** Users that are at work: JMeter's `grpThreads` and `allThreads`. */
  readonly active: { group(): number; all(): number };
  /**
   * Each iteration is another person's (`same_user_on_next_iteration` is false): connections, TLS sessions and the cookies and
   * cache entries that follow the thread begin anew.
   */
  readonly newEachIteration?: boolean;
  /**
   * What a compiled element keeps for this user (a cookie jar, a counter, a connection); made when first asked for. What has a
   * `[Symbol.dispose]` is disposed of when the user has ended.
   */
  slot<T>(owner: object, make: () => T): T;
  /** Aborted when the run ends now: whoever waits or asks for the user ends at once. */
  readonly signal: AbortSignal;
}

/** What all users of one process share. */
export interface Run {
  readonly clock: LoadClock;
  /** From 0 to below 1. */
  random(): number;
  /** JMeter's properties: `-J`, `properties:` of the file, and what `__setProperty` sets. */
  readonly properties: Map<string, string>;
  readonly files: PlanFiles;
  readonly shared: Shared;
  /** A plan's users are dealt to `of` processes in turn; this one has those whose number leaves `index`. */
  readonly share: { readonly index: number; readonly of: number };
  /** Said once to whoever runs the load. */
  note(text: string): void;
}

export interface LoadClock {
  /** Milliseconds since 1970 with fractions; never goes back. */
  now(): number;
  /** Resolves after so many milliseconds, or at once where the signal is aborted; never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Files that a plan names: below its directory only, unless people said otherwise. */
export interface PlanFiles {
  /** Throws RelevoError where it is elsewhere, missing or too large. */
  read(path: string): Buffer;
  /** Where it is; the same errors. */
  resolve(path: string): string;
}

/** What the users of all processes share. Each name is a number that begins at 0. */
export interface Shared {
  /** Adds to it and returns what it was before: rows of a file, a counter. */
  next(name: string): number;
  /** Replaces it by what `change` makes of it, and returns what it was before: a schedule. */
  update(name: string, change: (before: number) => number): number;
}
