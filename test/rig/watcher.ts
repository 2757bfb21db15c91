import { setTimeout as sleep } from 'node:timers/promises';
import type { View } from './arena.ts';

interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the balancers that answered. */
  readonly views: readonly View[];
}

const every = 50;

/** Asks the balancers again and again what they see. */
export class Watcher {
  readonly #samples: Sample[] = [];
  #watching = true;

  constructor(views: readonly (() => Promise<View>)[]) {
    void this.#watch(views);
  }

  async #watch(views: readonly (() => Promise<View>)[]): Promise<void> {
    while (this.#watching) {
      const late = sleep(every * 4, undefined);
      const answers = await Promise.all(views.map((view) => Promise.race([view().catch(() => undefined), late])));
      this.#samples.push({ at: Date.now(), views: answers.filter((each) => each !== undefined) });
      await sleep(every);
    }
  }

  /** Resolves when it fits, but not before `least` and not after `most`: milliseconds since 1970. */
  async until(fits: (views: readonly View[]) => boolean, least: number, most: number): Promise<void> {
    while (Date.now() < most) {
      const last = this.#samples.at(-1)?.views ?? [];
      if (Date.now() >= least && last.length > 0 && fits(last)) return;
      await sleep(every);
    }
  }

  close(): void {
    this.#watching = false;
  }

  /** Seconds from `since` on: until a server was taken out, and until all was well for good. What did not happen is not there. */
  times(since: number, replicas: number, whole: number): { down?: number; capacity?: number; repaired?: number } {
    const after = this.#samples.filter(({ at, views }) => at >= since && views.length > 0);
    const all = (least: (view: View) => boolean) => (sample: Sample) => sample.views.every(least);
    const isWhole = all(({ up }) => up >= whole);
    const down = after.find((sample) => !isWhole(sample))?.at;
    if (down === undefined) return {};
    const capacity = forGood(
      after,
      since,
      all(({ full }) => full >= replicas),
    );
    const repaired = forGood(after, since, isWhole);
    return {
      down: (down - since) / 1000,
      ...(capacity !== undefined && { capacity }),
      ...(repaired !== undefined && { repaired }),
    };
  }
}

/** Seconds from `since` on; 0 where it always was so, undefined where it is not so yet. */
function forGood(samples: readonly Sample[], since: number, isSo: (sample: Sample) => boolean): number | undefined {
  const last = samples.findLastIndex((sample) => !isSo(sample));
  if (last === -1) return 0;
  const next = samples[last + 1];
  return next && (next.at - since) / 1000;
}
