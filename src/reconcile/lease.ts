import { leasePrefix } from '../observe/marks.ts';
import type { LxdImages } from '../ports/lxd.ts';

export type LeaseStore = Pick<LxdImages, 'aliasNames' | 'readAlias' | 'createAlias' | 'updateAlias' | 'deleteAlias'>;

interface Clock {
  /** Milliseconds, monotonic. */
  elapsed(): number;
}

/** Milliseconds. A holder acts no more when it could not renew for so long, … */
export const fence = 2000;
/** … and others take over when they saw nothing new for so long. No two clocks are ever compared. */
export const expiry = 4000;
/** So long where its machine says nothing either: what is not slow, but gone, need not be waited for beyond the fence. */
export const expiryOfTheLost = 2200;

/** Milliseconds between two renewals. */
const renewEvery = 400;

/**
 * Who may change the instances: one at a time. A mark with the number of the epoch, made atomically and rewritten by its
 * holder about twice a second; whoever makes the next one holds it from then on. The holder before is waited for: it deletes
 * its mark when its last step is done, or it stops writing because it is dead or cut off. A number is never used twice,
 * so that a holder that was asleep can't renew another one's.
 */
export class Lease {
  readonly #store: LeaseStore;
  readonly #holder: string;
  readonly #clock: Clock;
  readonly #isLost: (holder: string) => boolean;
  #epoch: number | undefined;
  #beat = 0;
  #renewed = Number.NEGATIVE_INFINITY;
  /** The holder before, until it is done. */
  #before: string | undefined;
  #seen: { name: string; text: string; since: number } | undefined;

  /** `isLost`: whether a holder's machine is taken for dead. */
  constructor(store: LeaseStore, holder: string, clock: Clock, isLost: (holder: string) => boolean = () => false) {
    this.#store = store;
    this.#holder = holder;
    this.#clock = clock;
    this.#isLost = isLost;
  }

  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Whether a step may begin now. */
  get valid(): boolean {
    const fresh = this.#clock.elapsed() - this.#renewed < fence;
    return this.#epoch !== undefined && this.#before === undefined && fresh;
  }

  /**
   * Renews what is held, or takes what nobody holds. `target`: the fingerprint of any image of the project. `urgent`: takes
   * over also from a holder that lives. Throws what the store throws.
   */
  async turn(target: string, urgent = false): Promise<void> {
    const began = this.#clock.elapsed();
    if (this.#epoch !== undefined) {
      if (this.#before === undefined && began - this.#renewed < renewEvery) return;
      await this.#renew(target, began);
    }
    const marks = await this.#marks();
    const top = marks.at(-1);
    if (this.#epoch !== undefined) {
      if (top?.epoch !== this.#epoch)
        this.#epoch = undefined; // somebody else was urgent
      else await this.#settle(marks);
      return;
    }
    if (top === undefined || urgent || this.#isFree(top) || this.#isStale(top))
      await this.#take((top?.epoch ?? 0) + 1, target, began, top);
  }

  /** Nothing that was begun under the lease may run any more. Its last mark stays, as nobody's. */
  async release(target: string): Promise<void> {
    const mine = (await this.#marks()).filter(({ holder }) => holder === this.#holder);
    this.#epoch = undefined;
    const description = JSON.stringify({ holder: nobody, beat: 0 });
    for (const { name } of mine) await this.#store.updateAlias({ name, target, description });
  }

  async #renew(target: string, began: number): Promise<void> {
    this.#beat += 1;
    const done = await this.#store.updateAlias({ name: this.#name, target, description: this.#text });
    if (done) this.#renewed = began;
    else this.#epoch = undefined;
  }

  async #take(epoch: number, target: string, began: number, before: Mark | undefined): Promise<void> {
    const name = `${leasePrefix}${epoch}`;
    if (!(await this.#store.createAlias({ name, target, description: this.#text }))) return;
    this.#epoch = epoch;
    this.#renewed = began;
    // a process that was killed has nothing left to do
    this.#before = before === undefined || this.#isFree(before) ? undefined : before.name;
  }

  /** Marks of earlier epochs go; that of a holder that may be at work only when it is stale. */
  async #settle(marks: readonly Mark[]): Promise<void> {
    for (const mark of marks.slice(0, -1)) {
      if (mark.name === this.#before && !this.#isFree(mark) && !this.#isStale(mark)) return;
      await this.#store.deleteAlias(mark.name);
    }
    this.#before = undefined;
  }

  #isFree({ holder }: Mark): boolean {
    return holder === nobody || holder === this.#holder;
  }

  #isStale({ name, text, holder }: Mark): boolean {
    const now = this.#clock.elapsed();
    if (this.#seen?.name !== name || this.#seen.text !== text) this.#seen = { name, text, since: now };
    return now - this.#seen.since >= (this.#isLost(holder) ? expiryOfTheLost : expiry);
  }

  get #name(): string {
    return `${leasePrefix}${this.#epoch}`;
  }

  get #text(): string {
    return JSON.stringify({ holder: this.#holder, beat: this.#beat });
  }

  async #marks(): Promise<Mark[]> {
    const names = (await this.#store.aliasNames()).filter((name) => name.startsWith(leasePrefix));
    const own = await Promise.all(names.map((name) => this.#store.readAlias(name)));
    const marks = own.flatMap((alias) => {
      if (alias === undefined) return []; // it went meanwhile
      const { holder } = JSON.parse(alias.description) as { holder: string };
      return [
        { name: alias.name, holder, text: alias.description, epoch: Number(alias.name.slice(leasePrefix.length)) },
      ];
    });
    return marks.sort((a, b) => a.epoch - b.epoch);
  }
}

const nobody = '';

interface Mark {
  readonly name: string;
  readonly epoch: number;
  readonly holder: string;
  readonly text: string;
}
