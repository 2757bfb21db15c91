import type { Failure } from '../../domain/failure.ts';
import type { LoadOrder } from '../load-engine.ts';
import type { AccountsDelta } from '../stats/delta.ts';
import type { PhaseName, Program } from './conduct.ts';
import type { LogOrder } from './jtl-file.ts';

/** What a worker begins with; plain data. */
export interface WorkerOrder {
  readonly order: Omit<LoadOrder, 'target' | 'workers' | 'jtl'> & { readonly target?: string };
  readonly log: LogOrder | undefined;
  readonly worker: { readonly index: number; readonly of: number };
  readonly shared: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
}

export type ToWorker =
  | { readonly do: 'play'; readonly phase: PhaseName; readonly groups: readonly number[] }
  | { readonly do: 'stop'; readonly now: boolean }
  /** Now, and nothing follows. */
  | { readonly do: 'break' }
  | { readonly do: 'end' };

export type FromWorker =
  | { readonly is: 'ready'; readonly program: Program }
  | { readonly is: 'played' }
  | { readonly is: 'accounts'; readonly delta: AccountsDelta }
  | { readonly is: 'note'; readonly text: string }
  /** Some of its users stopped the test. */
  | { readonly is: 'stopped'; readonly now: boolean }
  | { readonly is: 'failed'; readonly failure: Failure }
  | { readonly is: 'ended' };
