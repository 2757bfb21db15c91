import { failureOf, runSteps } from '../apply/run.ts';
import type { Desired } from '../domain/desired.ts';
import type { Event, EventBody, Notice } from '../domain/event.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { LocalBalancer } from '../ports/balancer.ts';
import { Lease, type LeaseStore } from './lease.ts';
import { Machines } from './machines.ts';
import { Promoter } from './promoter.ts';
import { Watch } from './promotion.ts';
import { Repairs, type Sight } from './repair.ts';

/** What a controller sees and may do. */
export interface Surroundings {
  /** The balancer's name. */
  readonly self: string;
  readonly machines: readonly { readonly name: string; readonly address: string }[];
  readonly clock: { now(): Date; elapsed(): number };
  readonly haproxy: LocalBalancer;
  readonly lease: LeaseStore;
  /** The fingerprint of any image of the project: on it marks are put. */
  markTarget(): Promise<string | undefined>;
  /** `lost`: machines that are taken for dead. Throws a RelevoError where the cluster can't be read. */
  observe(lost: readonly string[]): Promise<Observed>;
  desire(observed: Observed): Desired;
  /** HAProxy's status by server name, from the other balancers. */
  othersStates(observed: Observed): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Nothing that an earlier holder of the lease began runs any more. */
  settled(): Promise<void>;
  /** `mayAct`: asked again before each change: a step that has begun does not outlive the lease. */
  act(desired: Desired, step: Step, onLine: (line: string) => void, mayAct: () => boolean): Promise<void>;
  /** Whether a machine answers. */
  knock(address: string): Promise<boolean>;
  tell(event: Event): void;
}

/** Milliseconds between two looks while nothing changes, and while something is DOWN. */
const lookEvery = 2000;
const lookAgain = 300;

/** The same for those that do not lead. */
const followEvery = 10_000;

/** Milliseconds for which it looks more often at what is DOWN. */
const hurry = 30_000;

/** Its turns are taken side by side, each again and again; none of them throws. */
export class Controller {
  readonly #around: Surroundings;
  readonly #lease: Lease;
  readonly #machines: Machines;
  readonly #promoter: Promoter;
  readonly #merged = new Watch();
  readonly #repairs = new Repairs();
  #states: Readonly<Record<string, string>> = {};
  #target: string | undefined;
  #led = false;
  #looked = { at: Number.NEGATIVE_INFINITY, signature: '' };
  #lost: readonly string[] = [];
  /** What was said last, by its kind: nothing is said twice in a row. */
  readonly #said = new Map<string, string>();
  #resting: ReadonlySet<string> = new Set();
  #homes: ReadonlyMap<string, string> = new Map();

  constructor(around: Surroundings) {
    this.#around = around;
    const tell = (what: Notice, message: string) => this.#tell({ type: 'noticed', what, message });
    this.#promoter = new Promoter({ haproxy: around.haproxy, clock: around.clock, tell });
    const isLost = (balancer: string) => this.#lost.includes(this.#homes.get(balancer) ?? '');
    this.#lease = new Lease(around.lease, around.self, around.clock, isLost);
    const others = around.machines.map(({ name }) => name);
    this.#machines = new Machines(others, around.clock.elapsed());
  }

  /** What this balancer does by itself. */
  async promotionTurn(): Promise<void> {
    await this.#promoter.turn();
    this.#states = this.#promoter.states ?? {};
  }

  async machineTurn(): Promise<void> {
    const { machines, clock, knock } = this.#around;
    const answers = await Promise.all(machines.map(async ({ name, address }) => [name, await knock(address)] as const));
    for (const [name, answered] of answers) this.#machines.hear(name, answered, clock.elapsed());
    this.#judge();
  }

  async leaseTurn(): Promise<void> {
    try {
      this.#target ??= await this.#around.markTarget();
      if (this.#target === undefined) return;
      await this.#lease.turn(this.#target);
      if (this.#lease.epoch === undefined && this.#led) await this.#giveUp();
    } catch (error) {
      this.#target = undefined; // the image may be gone
      this.#blind(error);
    }
  }

  /** Only between two rounds: what was begun is done. */
  async #giveUp(): Promise<void> {
    if (this.#working) return;
    this.#led = false;
    if (this.#target !== undefined) await this.#lease.release(this.#target);
    this.#say('follows', 'another one leads');
  }

  #working = false;

  async repairTurn(): Promise<void> {
    if (!this.#lease.valid) return;
    this.#working = true;
    try {
      if (!this.#led) await this.#lead();
      await this.#repair();
    } catch (error) {
      this.#blind(error);
    } finally {
      this.#working = false;
    }
  }

  /** Who does not lead must know where everything is when it has to, and cannot look while a member is silent. */
  async followTurn(): Promise<void> {
    const { clock, observe } = this.#around;
    if (this.#lease.valid) return;
    if (clock.elapsed() - this.#looked.at < followEvery || this.#lost.length > 0) return;
    this.#looked = { at: clock.elapsed(), signature: '' };
    try {
      this.#note(await observe([]));
      this.#said.delete('blind');
    } catch (error) {
      this.#blind(error);
    }
  }

  #note({ cluster }: Observed): void {
    if (cluster !== null) this.#homes = new Map(cluster.instances.map(({ name, machine }) => [name, machine]));
  }

  async #lead(): Promise<void> {
    await this.#around.settled();
    this.#led = true;
    this.#said.clear();
    this.#say('leads', `leads from now on (epoch ${this.#lease.epoch})`);
  }

  async #repair(): Promise<void> {
    const { clock, observe, desire } = this.#around;
    const lost = this.#lost;
    const signature = JSON.stringify([this.#states, lost]);
    const due = clock.elapsed() - this.#looked.at >= (this.#isCalm() ? lookEvery : lookAgain);
    if (!due && signature === this.#looked.signature) return;
    this.#looked = { at: clock.elapsed(), signature };
    const observed = await this.#withStates(await observe(lost));
    if (observed.cluster === null) return;
    this.#said.delete('blind');
    this.#note(observed);
    const desired = desire(observed);
    this.#resting = new Set(desired.instances.filter(({ cold }) => cold).map(({ name }) => name));
    const sight: Sight = {
      downFor: (server) => this.#merged.lasting(server, false, clock.elapsed()),
      isSilent: (server) => this.#promoter.silent.has(server),
    };
    const { steps, brakes } = this.#repairs.plan(desired, observed, sight, clock.elapsed());
    for (const brake of brakes) this.#say('brake', brake);
    if (brakes.length === 0) this.#said.delete('brake');
    if (steps.length > 0) await this.#run(desired, steps);
  }

  /** A cold backup is DOWN by design, and for what has been DOWN for long there is no hurry. */
  #isCalm(): boolean {
    const down = Object.keys(this.#states).filter((name) => this.#promoter.downFor(name) > 0);
    return down.every((name) => this.#resting.has(name) || this.#promoter.downFor(name) > hurry);
  }

  #judge(): void {
    const up = Object.entries(this.#states).filter(([, state]) => state.startsWith('UP'));
    const serving = new Set(up.map(([server]) => this.#homes.get(server) ?? ''));
    const { lost, suspect } = this.#machines.judge(serving, this.#around.clock.elapsed());
    if (suspect) this.#say('brake', 'half of the machines or more look dead: nothing is made in their place');
    for (const name of lost.filter((each) => !this.#lost.includes(each)))
      this.#tell({ type: 'noticed', what: 'lost', message: `${name} does not answer, and none of its servers is UP` });
    for (const name of this.#lost.filter((each) => !lost.includes(each)))
      this.#tell({ type: 'noticed', what: 'back', message: `${name} answers again` });
    this.#lost = lost;
  }

  /** UP is who is so for one balancer: what one of them can't reach may live. */
  async #withStates(observed: Observed): Promise<Observed> {
    const { othersStates, clock } = this.#around;
    const down = Object.entries(this.#states).filter(([, state]) => state.startsWith('DOWN'));
    const anyDown = down.some(([name]) => !this.#resting.has(name));
    const all = [this.#states, ...(anyDown ? await othersStates(observed) : [])];
    const merged: Record<string, string> = {};
    for (const states of all) {
      for (const [name, state] of Object.entries(states))
        if (merged[name]?.startsWith('UP') !== true) merged[name] = state;
    }
    this.#merged.see(merged, clock.elapsed());
    return { ...observed, cluster: observed.cluster && { ...observed.cluster, servers: merged } };
  }

  async #run(desired: Desired, steps: readonly Step[]): Promise<void> {
    const { clock, act } = this.#around;
    const known = new Map(steps.map((step) => [step.id, step]));
    const emit = (event: EventBody) => {
      if (event.type === 'step-failed') this.#repairs.failed(event.step, clock.elapsed());
      if (event.type === 'step-succeeded') this.#repairs.succeeded(known.get(event.step) as Step, clock.elapsed());
      if (event.type === 'step-succeeded' || event.type === 'step-failed') {
        this.#tell({ ...event, reason: known.get(event.step)?.reason ?? '' });
      }
    };
    const doStep = async (step: Step, onLine: (line: string) => void) => {
      if (!this.#lease.valid) throw new RelevoError({ code: 'interrupted', message: 'the lease is lost' });
      await act(desired, step, onLine, () => this.#lease.valid);
    };
    await runSteps(steps, doStep, emit, () => clock.elapsed());
    this.#looked.at = Number.NEGATIVE_INFINITY;
  }

  #blind(error: unknown): void {
    this.#say('blind', `the cluster can't be read: ${failureOf(error).message}`);
  }

  #say(what: Extract<EventBody, { type: 'noticed' }>['what'], message: string): void {
    if (this.#said.get(what) === message) return;
    this.#said.set(what, message);
    this.#tell({ type: 'noticed', what, message });
  }

  #tell(body: EventBody): void {
    this.#around.tell({ at: this.#around.clock.now().toISOString(), ...body } as Event);
  }
}
