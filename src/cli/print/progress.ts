import type { Event } from '../../domain/event.ts';
import { jsonProgress } from './progress-json.ts';
import { liveProgress } from './progress-live.ts';
import { plainProgress } from './progress-plain.ts';
import type { Style, StyleContext } from './style.ts';

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

export interface Clock {
  /** Milliseconds, monotonic. */
  elapsed(): number;
  /** Calls `tick` again and again until the returned function is called. */
  every(milliseconds: number, tick: () => void): () => void;
}

export interface ProgressContext {
  readonly output: Output;
  readonly clock: Clock;
  readonly style: Style;
}

export type ProgressMode = 'live' | 'plain' | 'json';

export function progressMode(json: boolean, { isTTY, env }: StyleContext): ProgressMode {
  if (json) return 'json';
  return isTTY && env['TERM'] !== 'dumb' && !env['CI'] ? 'live' : 'plain';
}

export function makeProgress(mode: ProgressMode, context: ProgressContext): Progress {
  switch (mode) {
    case 'live':
      return liveProgress(context);
    case 'plain':
      return plainProgress(context);
    case 'json':
      return jsonProgress(context);
  }
}
