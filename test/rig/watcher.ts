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

  /** Seconds from `since` on. What never happened is not there. */
  times(since: number, replicas: number, whole: number): { down?: number; capacity?: number; repaired?: number } {
    const after = this.#samples.filter(({ at, views }) => at >= since && views.length > 0);
    const fewer =
      (least: (view: View) => boolean) =>
      ({ views }: Sample) =>
        !views.every(least);
    const down = after.find(fewer(({ up }) => up >= whole))?.at;
    const lacking = after.findLast(fewer(({ full }) => full >= replicas))?.at;
    const broken = after.findLast(fewer(({ up }) => up >= whole))?.at;
    const seconds = (at: number | undefined) => (at === undefined ? undefined : (at + every - since) / 1000);
    const found = {
      down: seconds(down),
      capacity: down === undefined ? undefined : (seconds(lacking) ?? 0),
      repaired: seconds(broken),
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  }
}
