import { RelevoError } from '../../src/domain/failure.ts';
import { aliasOf, freeLease } from '../../src/observe/lease-record.ts';
import { leaseMark } from '../../src/observe/marks.ts';
import type { Lease, LeaseOptions } from '../../src/reconcile/lease.ts';
import { FakeMarks } from './fake-marks.ts';
import { ModelClock } from './model-clock.ts';
import { random } from './random.ts';

export interface Model {
  /** A class as in `src/reconcile/lease.ts`. */
  readonly Lease: new (
    options: LeaseOptions,
  ) => Lease;
  /** False: a store that writes without comparing. */
  readonly compares?: boolean;
}

export interface Seen {
  /** Moments at which it was looked. */
  states: number;
  /** … at which somebody was valid, … */
  held: number;
  /** … and more than one. */
  both: number;
  /** The highest epoch. */
  epoch: number;
}

/** One process: it may be paused (its clock goes on), suspended with its computer (only the wall clock does), or killed. */
class Process {
  readonly name: string;
  readonly nonce: string;
  readonly #clock: ModelClock;
  dead = false;
  #stopped: { readonly since: number; readonly suspended: boolean } | undefined;
  #lostTime = 0;
  #waiting: (() => void)[] = [];

  constructor(name: string, nonce: string, clock: ModelClock) {
    this.name = name;
    this.nonce = nonce;
    this.#clock = clock;
  }

  get runs(): boolean {
    return !this.dead && this.#stopped === undefined;
  }

  readonly clock = {
    now: () => new Date(this.#clock.now),
    elapsed: () => {
      const frozen = this.#stopped?.suspended ? this.#clock.now - this.#stopped.since : 0;
      return this.#clock.now - this.#lostTime - frozen;
    },
    sleep: async (milliseconds: number) => {
      await this.#clock.sleep(milliseconds);
      await this.turn();
    },
  };

  stop(suspended: boolean): void {
    this.#stopped ??= { since: this.#clock.now, suspended };
  }

  resume(): void {
    if (this.#stopped?.suspended) this.#lostTime += this.#clock.now - this.#stopped.since;
    this.#stopped = undefined;
    for (const each of this.#waiting.splice(0)) each();
  }

  /** Resolves when it runs; never where it is dead. */
  turn(): Promise<void> {
    if (this.runs) return Promise.resolve();
    return new Promise((resolve) => {
      if (!this.dead) this.#waiting.push(resolve);
    });
  }
}

/** Simulated seconds of one seed. */
const seconds = 1500;

/** Three controllers and a command now and then, on a store whose calls take 20 ms to 10 s and whose answers get lost. */
export async function runModel(seed: number, { Lease: Kind, compares = true }: Model): Promise<Seen> {
  const clock = new ModelClock();
  const chance = random(seed);
  const between = (from: number, to: number) => from + chance() * (to - from);
  const slow = new Set<string>();
  const lost = new Set<string>();
  const processes = new Map<Process, Lease>();
  const everyone = new Map<string, Process>();
  let count = 0;

  const passage = async <T>(who: string, effect: () => T): Promise<T> => {
    const process = everyone.get(who) as Process;
    await process.turn();
    const total = chance() < (slow.has(process.name) ? 0.5 : 0.03) ? between(200, 10_000) : between(20, 120);
    let result: T | undefined;
    const fate = chance();
    const takesEffect = fate > 0.02; // else it is lost on the way there
    const isLate = fate > 0.95; // the answer is given up before it takes effect
    const at = clock.now + (isLate ? total + between(0, 3000) : total * chance());
    if (takesEffect) clock.at(at, () => (result = effect()));
    await clock.sleep(total);
    await process.turn();
    if (!takesEffect || isLate || chance() < 0.03)
      throw new RelevoError({ code: 'unreachable', message: 'no answer came' });
    return result as T;
  };
  const marks = new FakeMarks(passage);
  marks.all.set(leaseMark, aliasOf(freeLease));
  const storeOf = (nonce: string) => {
    const store = marks.for(nonce);
    const overwrite = async (alias: ReturnType<typeof aliasOf>) => {
      return passage(nonce, () => marks.all.has(alias.name) && marks.all.set(alias.name, alias) === marks.all);
    };
    return compares ? store : { ...store, swapAlias: overwrite };
  };

  const begin = (name: string, urgent: boolean) => {
    const process = new Process(name, `${name}/${count++}`, clock);
    const { nonce } = process;
    const isLost = (holder: string) => lost.has(holder);
    const lease = new Kind({ store: storeOf(nonce), holder: name, nonce, clock: process.clock, urgent, isLost });
    processes.set(process, lease);
    everyone.set(nonce, process);
    return { process, lease };
  };
  const turn = (lease: Lease, mayTake = true) => {
    if (chance() < 0.1) lease.heard(); // whatever LXD tells of, and whenever
    return lease.turn(mayTake, chance() < 0.5).catch(onlyLost);
  };

  const controller = async (name: string): Promise<void> => {
    const { process, lease } = begin(name, false);
    for (;;) {
      await turn(lease, chance() > 0.02);
      if (lease.asked && chance() < 0.3) await lease.release().catch(onlyLost);
      await process.clock.sleep(200);
    }
  };
  const command = async (): Promise<void> => {
    const { process, lease } = begin(`command ${count}`, true);
    for (let tries = 0; !lease.valid && tries < 600; tries += 1) {
      await turn(lease);
      await process.clock.sleep(100);
    }
    for (const end = process.clock.elapsed() + between(500, 15_000); process.clock.elapsed() < end; ) {
      await turn(lease, false);
      await process.clock.sleep(100);
    }
    await lease.release().catch(onlyLost);
    processes.delete(process);
  };

  const names = ['a', 'b', 'c'];
  for (const name of names) void controller(name);
  const seen: Seen = { states: 0, held: 0, both: 0, epoch: 0 };
  const check = () => {
    let valid = 0;
    for (const [process, lease] of processes) {
      if (process.runs && lease.valid) {
        valid += 1;
        seen.epoch = Math.max(seen.epoch, lease.epoch ?? 0);
      }
    }
    seen.states += 1;
    if (valid > 0) seen.held += 1;
    if (valid > 1) seen.both += 1;
  };
  for (let second = 0; second < seconds; second += 1) {
    const process = [...processes.keys()][Math.floor(chance() * processes.size)];
    const name = process?.name ?? '';
    const what = chance();
    if (what < 0.04) process?.resume();
    else if (what < 0.1) slow.add(name);
    else if (what < 0.25) slow.delete(name);
    else if (what < 0.3) lost.add(name);
    else if (what < 0.4) lost.delete(name);
    else if (what < 0.44 && process?.runs) {
      process.stop(chance() < 0.5);
      clock.at(clock.now + between(100, 20_000), () => process.resume());
    } else if (what < 0.47 && process !== undefined) {
      process.dead = true; // what it has sent takes effect all the same
      processes.delete(process);
      if (names.includes(name)) clock.at(clock.now + between(100, 3000), () => void controller(name));
    } else if (what < 0.5) void command();
    else if (what < 0.503) marks.all.clear(); // somebody deletes the image that carries it
    await clock.run(clock.now + 1000, check);
  }
  return seen;
}

function onlyLost(error: unknown): void {
  if (!(error instanceof RelevoError)) throw error;
}
