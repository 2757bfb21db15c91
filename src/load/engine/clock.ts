import { performance } from 'node:perf_hooks';
import type { LoadClock } from './user.ts';

/** Node sleeps a millisecond longer than that at most, which rounding may take; longer sleeps end with it. */
const longest = 2 ** 31 - 2;

/**
 * This machine's. Whoever sleeps under the same signal until the same millisecond shares one entry, and all who sleep under it
 * one timer of Node's: ten thousand users cost no more than their promises, and one signal wakes them all.
 */
export class RealClock implements LoadClock {
  readonly #dormitories = new WeakMap<AbortSignal, Dormitory>();

  readonly #origin = performance.timeOrigin;

  now(): number {
    return this.#origin + performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (milliseconds <= 0) return new Promise((resolve) => setImmediate(resolve));
    const time = Math.min(milliseconds, longest);
    if (!signal) return new Promise((resolve) => setTimeout(resolve, Math.ceil(time)));
    return this.#of(signal).sleep(time);
  }

  #of(signal: AbortSignal): Dormitory {
    const known = this.#dormitories.get(signal);
    if (known) return known;
    const dormitory = new Dormitory();
    this.#dormitories.set(signal, dormitory);
    signal.addEventListener('abort', () => dormitory.wakeAll(), { once: true });
    return dormitory;
  }
}

/** All who sleep under one signal; times are milliseconds of `performance.now()`, whole ones. */
class Dormitory {
  readonly #beds = new Map<number, (() => void)[]>();
  /** The moments of `#beds`, as a heap: the first one comes first. */
  readonly #moments: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #alarm = Number.POSITIVE_INFINITY;

  sleep(milliseconds: number): Promise<void> {
    const moment = Math.ceil(performance.now() + milliseconds);
    return new Promise((wake) => {
      const beds = this.#beds.get(moment);
      if (beds) beds.push(wake);
      else this.#add(moment, wake);
    });
  }

  #add(moment: number, wake: () => void): void {
    this.#beds.set(moment, [wake]);
    push(this.#moments, moment);
    if (moment < this.#alarm) this.#set(moment);
  }

  #set(moment: number): void {
    clearTimeout(this.#timer);
    this.#alarm = moment;
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.ceil(moment - performance.now())));
  }

  /** Node may ring within a millisecond before; then once more. */
  #ring(): void {
    this.#alarm = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let moment = this.#moments[0]; moment !== undefined && moment <= now; moment = this.#moments[0]) {
      pop(this.#moments);
      this.#wake(moment);
    }
    const next = this.#moments[0];
    if (next !== undefined) this.#set(next);
  }

  #wake(moment: number): void {
    for (const wake of this.#beds.get(moment) ?? []) wake();
    this.#beds.delete(moment);
  }

  wakeAll(): void {
    clearTimeout(this.#timer);
    this.#alarm = Number.POSITIVE_INFINITY;
    for (const moment of this.#moments.splice(0)) this.#wake(moment);
  }
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as number;
    if (above <= value) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = value;
}

/** Takes away the first one. */
function pop(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= last) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = last;
}
