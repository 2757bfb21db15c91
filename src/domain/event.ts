import type { Evidence, Failure } from './failure.ts';
import type { StepSummary } from './step.ts';

/**
 * Everything that happens while steps are applied. Printers, the page and reports only render these.
 * `at` is the time in ISO 8601, UTC.
 */
export type Event = { readonly at: string } & EventBody;

export type EventBody =
  | { readonly type: 'plan'; readonly steps: readonly StepSummary[] }
  | { readonly type: 'step-started'; readonly step: string; readonly title: string; readonly machine?: string }
  /** One line of what the step is doing or of what its program printed. */
  | { readonly type: 'step-progress'; readonly step: string; readonly line: string }
  | {
      readonly type: 'step-succeeded';
      readonly step: string;
      readonly title: string;
      readonly machine?: string;
      /** Where nobody was shown the plan. */
      readonly reason?: string;
      readonly seconds: number;
    }
  | {
      readonly type: 'step-failed';
      readonly step: string;
      readonly title: string;
      readonly machine?: string;
      readonly reason?: string;
      readonly seconds: number;
      readonly failure: Failure;
    }
  | { readonly type: 'note'; readonly message: string }
  /** What a controller saw, or decided. */
  | ({ readonly type: 'noticed'; readonly what: Notice; readonly message: string } & Subjects)
  | {
      readonly type: 'finished';
      readonly ok: boolean;
      readonly changed: number;
      readonly seconds: number;
      readonly url?: string;
      readonly failure?: Failure;
    };

/** `blind`: something can't be read or written just now. `bug`: an error that nobody foresaw. */
export type Notice = 'leads' | 'follows' | 'promoted' | 'demoted' | 'cut' | 'lost' | 'back' | 'brake' | 'blind' | 'bug';

/** Whom a notice is about, for programs; what is not known, or does not apply, is left out. */
export interface Subjects {
  readonly machine?: string;
  readonly servers?: readonly string[];
  readonly epoch?: number;
  readonly evidence?: Evidence;
}

/** Where events go. Never throws. */
export type Emit = (event: EventBody) => void;
