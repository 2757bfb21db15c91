import type { LoadClock } from '../../../src/load/engine/user.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  done: boolean;
}

/** Time that passes only when nobody has anything to do; it begins at 1,000,000. */
export class VirtualClock implements LoadClock {
  static readonly start = 1_000_000;
  #now = VirtualClock.start;
  #order = 0;
  readonly #heap: Sleeper[] = [];
  readonly #bySignal = new WeakMap<AbortSignal, Set<Sleeper>>();

  now(): number {
    return this.#now;
  }

  /** Milliseconds since the beginning. */
  get passed(): number {
    return this.#now - VirtualClock.start;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const all = signal && this.#of(signal);
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, milliseconds),
        order: this.#order++,
        done: false,
        wake: () => {
          sleeper.done = true;
          all?.delete(sleeper);
          resolve();
        },
      };
      all?.add(sleeper);
      this.#push(sleeper);
    });
  }

  #of(signal: AbortSignal): Set<Sleeper> {
    const known = this.#bySignal.get(signal);
    if (known) return known;
    const all = new Set<Sleeper>();
    this.#bySignal.set(signal, all);
    signal.addEventListener('abort', () => {
      for (const { wake } of [...all]) wake();
    });
    return all;
  }

  /** Lets the time pass until the work is done; fails where nobody sleeps and it is not. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    watched.catch(() => {});
    for (let idle = 0; !settled; ) {
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) break;
      if (this.#wakeNext()) idle = 0;
      else if (++idle > 50) throw new Error(`nothing happens any more at ${this.passed} ms`);
    }
    return watched;
  }

  #wakeNext(): boolean {
    let first = this.#pop();
    while (first?.done) first = this.#pop();
    if (!first) return false;
    this.#now = Math.max(this.#now, first.at);
    first.wake();
    while (this.#heap[0] && (this.#heap[0].done || this.#heap[0].at <= this.#now)) {
      const next = this.#pop();
      if (next && !next.done) next.wake();
    }
    return true;
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap;
    let at = heap.push(sleeper) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at] as Sleeper, heap[parent] as Sleeper)) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #pop(): Sleeper | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && before(heap[left] as Sleeper, heap[least] as Sleeper)) least = left;
      if (right < heap.length && before(heap[right] as Sleeper, heap[least] as Sleeper)) least = right;
      if (least === at) return first;
      swap(heap, at, least);
      at = least;
    }
  }
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function swap(heap: Sleeper[], a: number, b: number): void {
  const one = heap[a] as Sleeper;
  heap[a] = heap[b] as Sleeper;
  heap[b] = one;
}
