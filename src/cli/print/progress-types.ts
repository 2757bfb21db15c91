import type { Event } from '../../domain/event.ts';
import type { Process } from '../../ports/process.ts';
import type { Style } from './style.ts';

/**
 * Shows events to people or programs. Plan and notes are not shown: whoever asks for consent has shown them before.
 * Failures are shown in full, so nobody needs to print a failure again that came as an event.
 */
export interface Progress {
  event(event: Event): void;
  /** Leaves the terminal as it was. May be called more than once, and must be called before the process ends by a signal. */
  close(): void;
}

/** Where a printer writes; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

export interface ProgressContext {
  readonly output: Output;
  readonly clock: Pick<Process, 'elapsed' | 'every'>;
  readonly style: Style;
}
