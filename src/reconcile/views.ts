import { isUp } from '../domain/server.ts';
import { Watch } from './promotion.ts';

export type States = Readonly<Record<string, string>>;

/** Milliseconds for which what a HAProxy said counts. */
const fresh = 1000;
const freshOfOthers = 2000;

/** What the balancers see of servers. Whoever says nothing has no opinion: nothing is taken for UP or DOWN because it was so. */
export class Views {
  #own: { states: States; at: number } | undefined;
  #others: { states: readonly States[]; at: number } | undefined;
  readonly #watch = new Watch();

  see(states: States, now: number): void {
    this.#own = { states, at: now };
  }

  hear(states: readonly States[], now: number): void {
    this.#others = { states, at: now };
    this.merged(now);
  }

  /** Milliseconds since this balancer's own HAProxy said something. */
  silence(now: number): number {
    return now - (this.#own?.at ?? Number.NEGATIVE_INFINITY);
  }

  own(now: number): States | undefined {
    return this.silence(now) < fresh ? this.#own?.states : undefined;
  }

  #opinions(now: number): readonly States[] {
    const others = this.#others !== undefined && now - this.#others.at < freshOfOthers ? this.#others.states : [];
    const own = this.own(now);
    return own === undefined ? others : [own, ...others];
  }

  /** UP is who is so for one balancer: what another one can't reach may live. Null where nobody has an opinion. */
  merged(now: number): States | null {
    const all = this.#opinions(now);
    if (all.length === 0) return null;
    const merged: Record<string, string> = {};
    for (const states of all) {
      for (const [name, state] of Object.entries(states)) if (!isUp(merged[name])) merged[name] = state;
    }
    this.#watch.see(merged, now);
    return merged;
  }

  /** Milliseconds that a server has been UP for one, or not for any; 0 where it is not so, or nobody has an opinion. */
  lasting(name: string, up: boolean, now: number): number {
    return this.#opinions(now).length === 0 ? 0 : this.#watch.lasting(name, up, now);
  }
}
