import { setTimeout as sleep } from 'node:timers/promises';
import { brokenPipeExit, signalExits } from './exits.ts';

export type Signal = keyof typeof signalExits;

/** For what `react` may still have to tell others; a person who pressed Ctrl-C waits no longer. */
const patience = 2000;

/** On the first signal `react` may put things back, then the process ends; the second one ends it at once. */
export function watchSignals(react: (signal: Signal) => void | Promise<void>): Disposable {
  let ending = false;
  const end = async (signal: Signal) => {
    const code = signalExits[signal];
    if (ending) process.exit(code);
    ending = true;
    try {
      await Promise.race([react(signal), sleep(patience)]);
    } finally {
      process.exit(code);
    }
  };
  const names = Object.keys(signalExits) as Signal[];
  const watchers = names.map((name) => [name, () => void end(name)] as const);
  for (const [name, watcher] of watchers) process.on(name, watcher);
  return {
    [Symbol.dispose]: () => {
      for (const [name, watcher] of watchers) process.off(name, watcher);
    },
  };
}

/** `relevo status | head -1`: who stops reading has seen enough, and that is no error to speak of. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(brokenPipeExit);
      if (error.code === 'EIO') process.exit(signalExits.SIGHUP); // the terminal is gone
      throw error;
    });
  }
}
