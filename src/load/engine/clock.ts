import type { Clock } from './user.ts';

/** Node sleeps no longer than that; longer sleeps end with it. */
const longest = 2 ** 31 - 1;

interface Sleeper {
  readonly wake: () => void;
  readonly timer: NodeJS.Timeout;
}

/** This machine's. Ten thousand may sleep under one signal: each costs an entry in a set, never a listener of its own. */
export class RealClock implements Clock {
  readonly #sleepers = new WeakMap<AbortSignal, Set<Sleeper>>();

  now(): number {
    return performance.timeOrigin + performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (milliseconds <= 0) return new Promise((resolve) => setImmediate(resolve));
    const time = Math.min(Math.ceil(milliseconds), longest);
    if (!signal) return new Promise((resolve) => setTimeout(resolve, time));
    const all = this.#of(signal);
    return new Promise((resolve) => {
      const wake = () => {
        all.delete(sleeper);
        resolve();
      };
      const sleeper = { wake, timer: setTimeout(wake, time) };
      all.add(sleeper);
    });
  }

  #of(signal: AbortSignal): Set<Sleeper> {
    const known = this.#sleepers.get(signal);
    if (known) return known;
    const all = new Set<Sleeper>();
    this.#sleepers.set(signal, all);
    signal.addEventListener('abort', () => {
      for (const { wake, timer } of all) {
        clearTimeout(timer);
        wake();
      }
    });
    return all;
  }
}
