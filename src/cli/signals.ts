import type { Process, Signal } from '../ports/process.ts';
import { brokenPipeExit, signalExits } from './exits.ts';

/** For what `react` may still have to tell others; a person who pressed Ctrl-C waits no longer. */
const patience = 2000;

/** What a signal may end in order, with its results: the first one that comes once it has begun. */
export class Grace {
  /** The signal that ended it. */
  ended: Signal | undefined;
  #begun = false;
  readonly #ending = new AbortController();

  begin(): AbortSignal {
    this.#begun = true;
    return this.#ending.signal;
  }

  /** False where the process shall end. */
  take(signal: Signal): boolean {
    if (!this.#begun || this.ended !== undefined) return false;
    this.ended = signal;
    this.#ending.abort();
    return true;
  }
}

/** On the first signal `react` may put things back, then the process ends; the second one ends it at once. */
export function watchSignals(
  process: Process,
  react: (signal: Signal) => void | Promise<void>,
  grace?: Grace,
): Disposable {
  let ending = false;
  return process.onSignal(async (signal) => {
    if (grace?.take(signal)) return;
    const code = signalExits[signal];
    if (ending) return process.exit(code);
    ending = true;
    try {
      await Promise.race([react(signal), process.sleep(patience)]);
    } finally {
      process.exit(code);
    }
  });
}

/** `relevo status | head -1`: who stops reading has seen enough, and that is no error to speak of. */
export function endWithReader(process: Process): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return process.exit(brokenPipeExit);
      if (error.code === 'EIO') return process.exit(signalExits.SIGHUP); // the terminal is gone
      throw error;
    });
  }
}
