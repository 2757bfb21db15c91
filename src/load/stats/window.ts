import type { AccountsDelta } from './delta.ts';
import { Figures } from './figures.ts';
import { Histogram } from './histogram.ts';

/** What happened in the last seconds, for people who look on. */
export interface Recent {
  /** Per second. */
  readonly rate: number;
  /** Failed and unknown, of all; 0 to 100. */
  readonly errorPercent: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  /** By server, in the order in which they were seen: their part of all that was answered by any; 0 to 1. */
  readonly servers: readonly { readonly name: string; readonly share: number }[];
}

interface Slice {
  readonly at: number;
  readonly figures: Figures;
  readonly servers: ReadonlyMap<string, number>;
}

/** Keeps the deltas of so many milliseconds, summed, and forgets older ones. */
export class LiveWindow {
  readonly #length: number;
  #slices: Slice[] = [];
  #began: number | undefined;
  readonly #names = new Set<string>();

  constructor(length = 5000) {
    this.#length = length;
  }

  /** `at`: milliseconds of any clock that goes forward. */
  add(delta: AccountsDelta, at: number): void {
    const figures = new Figures();
    const servers = new Map<string, number>();
    for (const each of [...delta.labels, ...delta.within]) if (each.inside === undefined) figures.add(each);
    for (const { name, ok, failed, unknown } of delta.servers) {
      this.#names.add(name);
      servers.set(name, (servers.get(name) ?? 0) + ok + failed + unknown);
    }
    this.#began ??= at - 1000;
    this.#slices.push({ at, figures, servers });
    this.#forget(at);
  }

  recent(at: number): Recent {
    this.#forget(at);
    const all = new Histogram();
    const servers = new Map([...this.#names].map((name) => [name, 0]));
    let failed = 0;
    for (const { figures, servers: counts } of this.#slices) {
      all.add(figures.service);
      failed += figures.failed + figures.unknown;
      for (const [name, count] of counts) servers.set(name, (servers.get(name) ?? 0) + count);
    }
    const answered = [...servers.values()].reduce((sum, count) => sum + count, 0);
    const seconds = Math.max(1000, Math.min(this.#length, at - (this.#began ?? at))) / 1000;
    return {
      rate: all.count / seconds,
      errorPercent: all.count === 0 ? 0 : (100 * failed) / all.count,
      ...{ median: all.percentile(50), p95: all.percentile(95), p99: all.percentile(99) },
      servers: [...servers].map(([name, count]) => ({ name, share: answered === 0 ? 0 : count / answered })),
    };
  }

  #forget(at: number): void {
    this.#slices = this.#slices.filter((slice) => slice.at > at - this.#length);
  }
}
