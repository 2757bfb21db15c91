import { RelevoError } from '../domain/failure.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { Clock } from '../ports/system.ts';
import { Lease, type LeaseOptions } from './lease.ts';

/** Milliseconds for which the lease is asked for. A controller first ends what it has begun. */
const longestWait = 120_000;
/** Milliseconds that a command waits for a cluster that has no leader of its database, or does not answer. */
const patience = 60_000;
const renewEvery = 100;

/**
 * One command's right to write into the cluster: from `open` on the controllers keep still, until it is disposed. Who is
 * killed, or suspended for longer than the fence, loses it by itself.
 */
export class WriteSession implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #identity: Pick<LeaseOptions, 'holder' | 'nonce'>;
  #lease: Lease | undefined;
  #renewal: Promise<void> | undefined;
  #opened = false;
  #ended = false;
  /** Why the last renewal failed. */
  #trouble: unknown;
  #client: { readonly lxd: Lxd; readonly lease: Lease } | undefined;

  /** `holder`: for people, who are told who works on the cluster; `nonce`: unlike any other's. */
  constructor(clock: Clock, identity: Pick<LeaseOptions, 'holder' | 'nonce'>) {
    this.#clock = clock;
    this.#identity = identity;
  }

  /**
   * `connect`: a client of the project, closed with the session. Resolves to true where the lease was not held before:
   * what was seen of the cluster until then may be out of date. Throws `busy` where a living holder does not give it up
   * within `limit` milliseconds.
   */
  async open(connect: () => Promise<Lxd>, limit = longestWait): Promise<boolean> {
    if (this.#lease !== undefined) return false;
    const lxd = await connect();
    const lease = new Lease({ ...this.#identity, store: lxd.images, clock: this.#clock, urgent: true });
    this.#client = { lxd, lease };
    await this.#acquire(lease, limit);
    this.#lease = lease;
    this.#opened = true;
    this.#ended = false;
    this.#renewal = this.#renew(lease);
    return true;
  }

  /** For `Lxd.guardedBy`. What is written before the first `open` nobody else could write. */
  readonly mayWrite = (): boolean => this.#lease?.valid ?? !this.#opened;

  /** While somebody thinks the controllers go on; what is written after that needs another `open`. */
  async release(): Promise<void> {
    await this.#giveBack();
    this.#lease = undefined;
  }

  /** Resolves once writes may go out. Throws `busy` where another one has taken over, `unreachable` where the cluster does not answer. */
  async ready(): Promise<void> {
    const began = this.#clock.elapsed();
    while (!this.mayWrite()) {
      this.#check(this.#lease as Lease, began, patience);
      await this.#clock.sleep(renewEvery);
    }
  }

  /** True: it was held and is lost, so that nothing more can be written in this session. */
  get lost(): boolean {
    return this.#lease !== undefined && this.#lease.epoch === undefined;
  }

  async #acquire(lease: Lease, limit: number): Promise<void> {
    const began = this.#clock.elapsed();
    while (!lease.valid) {
      await this.#turn(lease, true);
      if (lease.valid) return;
      if (this.#clock.elapsed() - began > limit) throw this.#trouble ?? neverGiven(lease.holder);
      await this.#clock.sleep(renewEvery);
    }
  }

  async #renew(lease: Lease): Promise<void> {
    while (!this.#ended) {
      await this.#turn(lease, false);
      await this.#clock.sleep(renewEvery);
    }
  }

  /** A cluster that does not answer may do so again; meanwhile nobody else can take the lease either. */
  async #turn(lease: Lease, mayTake: boolean): Promise<void> {
    try {
      await lease.turn(mayTake);
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = error;
    }
  }

  #check(lease: Lease, began: number, limit: number): void {
    if (this.lost) throw takenOver(lease.holder);
    const isBug = this.#trouble !== undefined && !(this.#trouble instanceof RelevoError);
    if (isBug || this.#clock.elapsed() - began > limit) throw this.#trouble ?? neverGiven(lease.holder);
  }

  /** Without giving it back, where the cluster itself is gone. */
  async abandon(): Promise<void> {
    this.#ended = true;
    await this.#client?.lxd.close();
    await this.#renewal;
    this.#client = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    this.#ended = true;
    await this.#renewal;
    if (this.#client === undefined) return;
    const { lxd, lease } = this.#client;
    this.#client = undefined;
    try {
      await lease.release();
    } catch (error) {
      if (!(error instanceof RelevoError)) throw error; // it goes stale by itself
    } finally {
      await lxd.close();
    }
  }
}

function neverGiven(holder: string): RelevoError {
  return new RelevoError({
    code: 'busy',
    message: `${holder === '' ? 'somebody' : holder} still works on the cluster`,
    hint: '`relevo events` tells what controllers do',
  });
}

function takenOver(holder: string): RelevoError {
  const who = holder === '' ? 'another one' : holder;
  return new RelevoError({
    code: 'busy',
    message: `this command was held up for so long that ${who} has taken over: nothing more was changed`,
    hint: 'run it again: it goes on where it was',
  });
}
