import { aliasOf, type LeaseRecord, recordOf } from '../observe/lease-record.ts';
import { leaseMark } from '../observe/marks.ts';
import type { LxdImages } from '../ports/lxd.ts';
import type { Clock } from '../ports/system.ts';
import { marksImage } from '../render/marks-image.ts';

export type LeaseStore = Pick<LxdImages, 'readAlias' | 'createAlias' | 'swapAlias' | 'etagOf' | 'upload'>;

export type LeaseClock = Pick<Clock, 'elapsed' | 'now'>;

/** Milliseconds. A holder writes nothing more when its last renewal began so long ago, … */
export const fence = 2000;
/** … and others take over when they saw nothing new for so long. No two clocks are ever compared. */
export const expiry = 4000;
/** So long where its machine says nothing either: what is not slow, but gone, need not be waited for beyond the fence. */
export const expiryOfTheLost = 2200;

/** Milliseconds between two renewals, and where nothing is under way: each is a write to LXD's database, on all its machines; … */
const [renewEvery, renewAtRest] = [500, 1000];
/** … and between two looks of who waits; sooner where nothing new was seen at the last one. */
const [lookEvery, lookAgain] = [1000, 250];

/** A renewal that met somebody's request is made again at once; more often than that something else is wrong. */
const mostSwaps = 3;

export interface LeaseOptions {
  readonly store: LeaseStore;
  /** `balancer-1`, or a command's own name. */
  readonly holder: string;
  /** Unlike any other process's. */
  readonly nonce: string;
  readonly clock: LeaseClock;
  /** Asks a living holder to give it up: commands do. */
  readonly urgent?: boolean;
  /** Whether a holder's machine is taken for dead. */
  readonly isLost?: (holder: string) => boolean;
}

/**
 * Leader election by one record and compare-and-swap: who may write into the cluster, one at a time. It holds for calls that
 * take any time, whose answers are lost, and that take effect late: what was decided on another state of the record than
 * there is has no effect. docs/leader.md tells why two can never be valid at once; test/reconcile/lease-model.test.ts tries it.
 */
export class Lease {
  readonly #store: LeaseStore;
  readonly #clock: LeaseClock;
  readonly #own: { readonly holder: string; readonly nonce: string };
  readonly #urgent: boolean;
  readonly #isLost: (holder: string) => boolean;
  #held: { readonly epoch: number; readonly renewed: number; readonly wall: number } | undefined;
  /** Where the record was gone, its last holder may still count on it until then. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #highest = 0;
  #looked = Number.NEGATIVE_INFINITY;
  #seen: { readonly text: string; readonly since: number } | undefined;
  #record: LeaseRecord | undefined;
  /** Of the record as it was last written here: the next renewal need not read it. */
  #etag: string | undefined;
  #isNew = false;
  /** Writes of the record that LXD has told of since the last one from here went out: the first is that one. */
  #told = 0;

  constructor({ store, holder, nonce, clock, urgent = false, isLost = () => false }: LeaseOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#own = { holder, nonce };
    this.#urgent = urgent;
    this.#isLost = isLost;
  }

  /** Of what is held; undefined: nothing is. */
  get epoch(): number | undefined {
    return this.#held?.epoch;
  }

  /** Whether a write may go out now. Both clocks must agree: one of them stands still while the computer is suspended. */
  get valid(): boolean {
    if (this.#held === undefined) return false;
    const now = this.#clock.elapsed();
    const fresh = now - this.#held.renewed < fence && this.#clock.now().getTime() - this.#held.wall < fence;
    return fresh && now >= this.#notBefore;
  }

  /** A command wants what is held: begin nothing more, end what runs, release. */
  get asked(): boolean {
    return this.#held !== undefined && (this.#record?.asked ?? '') !== '';
  }

  /** Who held it at the last look; empty: nobody, or unknown. */
  get holder(): string {
    return this.#record?.holder ?? '';
  }

  /** LXD tells that the record was written: where another one did so, who holds it looks at the next turn. */
  heard(): void {
    this.#told += 1;
  }

  /**
   * Renews what is held; else looks, and takes what is free or stale, unless `mayTake` says that this one can't lead now.
   * `atRest`: nothing is done under it, nor soon will be. Cheap where it is called more often than needed. Throws what the
   * store throws.
   */
  async turn(mayTake = true, atRest = false): Promise<void> {
    const [last, every] =
      this.#held === undefined
        ? [this.#looked, this.#urgent || !this.#isNew ? lookAgain : lookEvery]
        : [this.#held.renewed, this.#told > 1 ? 0 : atRest ? renewAtRest : renewEvery];
    if (this.#clock.elapsed() - last < every) return;
    this.#looked = this.#clock.elapsed();
    for (let swap = 0; swap < mostSwaps; swap += 1) {
      if (await this.#once(mayTake)) return;
    }
  }

  /** Nothing that was begun under the lease may run any more. */
  async release(): Promise<void> {
    this.#held = undefined;
    this.#etag = undefined;
    for (let swap = 0; swap < mostSwaps; swap += 1) {
      const found = await this.#read();
      if (found?.record.nonce !== this.#own.nonce || found.record.holder === '') return;
      if (await this.#store.swapAlias(aliasOf(givenBack(found.record)), found.etag)) return;
    }
  }

  /**
   * False: look again, since the record has changed. What is ours and not held (the answer to a release or a takeover was
   * lost) is given back first: an epoch that was given up never counts again, whatever was begun under it.
   */
  async #once(mayTake: boolean): Promise<boolean> {
    const known = this.#etag;
    this.#etag = undefined; // an answer that is lost leaves it open what the record is now
    if (known !== undefined && this.#held !== undefined && this.#record !== undefined)
      return this.#swap({ ...this.#record, beat: this.#record.beat + 1 }, known);
    const found = await this.#read();
    if (found === undefined) return mayTake ? this.#create() : true;
    const { record, etag } = found;
    if (record.holder === this.#own.holder && record.nonce === this.#own.nonce) {
      if (this.#held !== undefined) return this.#swap({ ...record, beat: record.beat + 1 }, etag);
      await this.#store.swapAlias(aliasOf(givenBack(record)), etag);
      return false;
    }
    this.#held = undefined;
    if (mayTake && this.#isFree(record)) {
      const epoch = Math.max(this.#highest, record.epoch) + 1;
      return this.#swap({ ...this.#own, epoch, beat: 0, asked: '' }, etag);
    }
    if (!this.#urgent || record.asked !== '') return true;
    return this.#store.swapAlias(aliasOf({ ...record, asked: this.#own.holder }), etag);
  }

  /** Valid from the moment before the bytes went out: the record can't be older than that for anybody. */
  async #swap(record: LeaseRecord, etag: string): Promise<boolean> {
    const [renewed, wall] = [this.#clock.elapsed(), this.#clock.now().getTime()];
    this.#told = 0;
    if (!(await this.#store.swapAlias(aliasOf(record), etag))) return false;
    this.#hold(record, renewed, wall);
    return true;
  }

  /** Somebody removed the image under it, and the record with it: LXD's aliases go with their image. */
  async #create(): Promise<boolean> {
    this.#held = undefined;
    const [renewed, wall] = [this.#clock.elapsed(), this.#clock.now().getTime()];
    this.#notBefore = renewed + fence;
    await this.#store.upload(marksImage.bytes, marksImage.alias);
    const record = { ...this.#own, epoch: this.#highest + 1, beat: 0, asked: '' };
    if (!(await this.#store.createAlias(aliasOf(record)))) return false;
    this.#hold(record, renewed, wall);
    return true;
  }

  #hold(record: LeaseRecord, renewed: number, wall: number): void {
    this.#record = record;
    this.#etag = this.#store.etagOf(aliasOf(record));
    this.#highest = Math.max(this.#highest, record.epoch);
    this.#held = { epoch: record.epoch, renewed, wall };
  }

  /** Nobody's, an earlier process's of this name (systemd starts the next one when the last one is gone), or stale. */
  #isFree({ holder, asked }: LeaseRecord): boolean {
    if (holder === this.#own.holder) return true;
    const silent = this.#clock.elapsed() - (this.#seen?.since ?? Number.POSITIVE_INFINITY);
    if (holder === '') return asked === '' || asked === this.#own.holder || silent >= expiryOfTheLost;
    return silent >= (this.#isLost(holder) ? expiryOfTheLost : expiry);
  }

  async #read(): Promise<{ readonly record: LeaseRecord; readonly etag: string } | undefined> {
    const alias = await this.#store.readAlias(leaseMark);
    const text = alias?.description ?? '';
    this.#isNew = this.#seen?.text !== text;
    if (this.#isNew) this.#seen = { text, since: this.#clock.elapsed() };
    this.#record = alias === undefined ? undefined : recordOf(text);
    if (alias === undefined || this.#record === undefined) return undefined;
    this.#highest = Math.max(this.#highest, this.#record.epoch);
    return { record: this.#record, etag: alias.etag };
  }
}

function givenBack(record: LeaseRecord): LeaseRecord {
  return { ...record, holder: '', beat: record.beat + 1 };
}
