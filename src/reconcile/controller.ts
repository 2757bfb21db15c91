import { headOf } from '../apply/summary.ts';
import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { DatedEvent, EventBody, Notice, Resignation, Topic } from '../domain/event.ts';
import { failureOf, RelevoError } from '../domain/failure.ts';
import { isBalancerName } from '../domain/observed.ts';
import { isUp } from '../domain/server.ts';
import type { Step } from '../domain/step.ts';
import type { Sighting } from '../domain/view.ts';
import type { Dependencies } from './dependencies.ts';
import { Lease } from './lease.ts';
import { Machines } from './machines.ts';
import { Promoter } from './promoter.ts';
import { type Found, Repairs, type Sight } from './repair.ts';
import { Views } from './views.ts';
import { Works } from './works.ts';

/** Milliseconds between two looks where LXD told of no change, and while something is DOWN; for those that do not lead. */
const [lookEvery, lookAgain, followEvery] = [30_000, 400, 60_000];

/** Milliseconds for which it looks more often at what is DOWN. */
const hurry = 30_000;

/** Milliseconds after which who leads gives up: its own HAProxy says nothing, the cluster can't be read. */
const [mute, unseen] = [2000, 4000];

/** Milliseconds for which it then leaves the lease to others. */
const pause = 2000;

/** Its turns are taken side by side, each again and again; none of them throws. */
export class Controller {
  readonly #outside: Dependencies;
  readonly #lease: Lease;
  readonly #machines: Machines;
  readonly #promoter: Promoter;
  readonly #views = new Views();
  readonly #repairs = new Repairs();
  readonly #works = new Works();
  readonly #listening: Disposable;
  #led = false;
  /** A look is under way, however long it takes. */
  #atWork = false;
  /** The lease is left to others until then. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #lost: readonly string[] = [];
  /** Something changed since the last look. */
  #changed = true;
  #looked = { at: Number.NEGATIVE_INFINITY, signature: '' };
  #again = Number.POSITIVE_INFINITY;
  /** Since when it tries to read the cluster in vain. */
  #unseenSince: number | undefined;
  #resting: ReadonlySet<string> = new Set();
  /** The machine of each instance and balancer, also of those that can't be read just now. */
  #homes: ReadonlyMap<string, string> = new Map();
  readonly #found = new Map<string, Found>();
  readonly #asking = new Set<string>();
  /** What was said last, by its topic. */
  readonly #said = new Map<string, string>();

  constructor(outside: Dependencies) {
    this.#outside = outside;
    const tell = (notice: Notice) => this.#notice(notice);
    this.#promoter = new Promoter({ haproxy: outside.haproxy, clock: outside.clock, tell });
    const isLost = (balancer: string) => this.#lost.includes(this.#homes.get(balancer) ?? '');
    const { self: holder, nonce, lease: store, clock } = outside;
    this.#lease = new Lease({ holder, nonce, store, clock, isLost });
    const names = outside.machines.map(({ name }) => name);
    this.#machines = new Machines(names, outside.clock.elapsed());
    const onChange = () => {
      this.#changed = true;
    };
    this.#listening = outside.changes(onChange, () => this.#lease.heard());
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  /** What this balancer does by itself. */
  promotionTurn = () =>
    this.#guarded('roles', async () => {
      try {
        await this.#promoter.turn();
        this.#said.delete('roles');
      } finally {
        if (this.#promoter.states !== undefined) this.#views.see(this.#promoter.states, this.#now);
      }
    });

  machineTurn = () =>
    this.#guarded('machines', async () => {
      const { machines, knock } = this.#outside;
      const heard = await Promise.all(machines.map(async ({ name, address }) => [name, await knock(address)] as const));
      for (const [name, answered] of heard) this.#machines.hear(name, answered, this.#now);
      this.#judge();
    });

  #judge(): void {
    const states = this.#views.merged(this.#now);
    const up = states && Object.keys(states).filter((server) => isUp(states[server]));
    const serving = up && new Set(up.map((server) => this.#homes.get(server) ?? ''));
    const { lost, suspect } = this.#machines.judge(serving ?? undefined, this.#now);
    if (suspect) this.#say('suspect', { what: 'brake', why: 'machines-silent' });
    else this.#said.delete('suspect');
    for (const machine of lost.filter((each) => !this.#lost.includes(each)))
      this.#notice({ what: 'lost', machine, since: this.#date(this.#machines.lastHeard(machine)) });
    for (const machine of this.#lost.filter((each) => !lost.includes(each) && !suspect))
      this.#notice({ what: 'back', machine });
    this.#lost = lost;
  }

  leaseTurn = () =>
    this.#guarded('lease', async () => {
      const sees = this.#views.silence(this.#now) < mute;
      await this.#lease.turn(sees && !this.#atWork && this.#now >= this.#pausedUntil, this.#isAtRest);
      if (this.#lease.epoch === undefined) return this.#led ? this.#follow({ why: 'another-leads' }) : undefined;
      const unfit = this.#unfit();
      if (unfit !== undefined) this.#pausedUntil = this.#now + pause;
      if (unfit !== undefined) return this.#release(unfit);
      if (this.#lease.asked && this.#works.size === 0) await this.#release({ why: 'command-waits' });
    });

  /** Nothing is under way, and nothing that is seen will soon need a repair. */
  get #isAtRest(): boolean {
    const { machines } = this.#outside;
    const answering = machines.every(({ name }) => !this.#machines.isSilent(name));
    return this.#works.size === 0 && !this.#atWork && answering && this.#down.length === 0;
  }

  /** Why somebody else should lead. */
  #unfit(): Why | undefined {
    if (this.#views.silence(this.#now) >= mute) return { why: 'haproxy-silent' };
    if (this.#now - (this.#unseenSince ?? this.#now) >= unseen) return { why: 'cluster-unread' };
    const step = this.#works.overdue(this.#now);
    return step === undefined ? undefined : { why: 'step-overdue', step };
  }

  /** What still runs is fenced: it changes nothing more. */
  async #release(why: Why): Promise<void> {
    this.#follow(why);
    await this.#lease.release();
  }

  #follow(why: Why): void {
    this.#works.forget();
    this.#repairs.forgive();
    this.#led = false;
    this.#unseenSince = undefined;
    this.#say('follows', { what: 'follows', ...why });
  }

  repairTurn = () =>
    this.#guarded('cluster', async () => {
      if (!this.#mayBegin) return;
      this.#atWork = true;
      try {
        if (!this.#led) await this.#lead();
        if (this.#led && this.#isDue()) await this.#round();
      } catch (error) {
        this.#again = this.#now + lookAgain;
        throw error;
      } finally {
        this.#atWork = false;
      }
    });

  get #mayBegin(): boolean {
    return this.#lease.valid && !this.#lease.asked && this.#now >= this.#pausedUntil;
  }

  /** Who does not lead must know where everything is when it has to, and cannot look while a member is silent. */
  followTurn = () =>
    this.#guarded('cluster', async () => {
      if (this.#lease.valid || this.#lost.length > 0 || this.#now - this.#looked.at < followEvery) return;
      this.#looked = { at: this.#now, signature: '' };
      this.#note(await this.#outside.observe());
    });

  async #lead(): Promise<void> {
    await this.#outside.settled();
    const { epoch } = this.#lease;
    if (epoch === undefined || !this.#mayBegin) return;
    this.#led = true;
    this.#changed = true;
    this.#said.clear();
    this.#say('leads', { what: 'leads', epoch });
  }

  /** HAProxy's word, a machine's silence and LXD's events count at once; the rest is only to be on the safe side. */
  #isDue(): boolean {
    if (this.#changed || this.#now >= this.#again || this.#signature !== this.#looked.signature) return true;
    return this.#now - this.#looked.at >= (this.#isCalm ? lookEvery : lookAgain);
  }

  get #signature(): string {
    return JSON.stringify([this.#views.own(this.#now), this.#lost]);
  }

  /** A cold backup is DOWN by design, and for what has been DOWN for long there is no hurry. */
  get #isCalm(): boolean {
    return this.#down.every((name) => this.#views.lasting(name, false, this.#now) > hurry);
  }

  /** Servers that are DOWN for this balancer, and should not be. */
  get #down(): string[] {
    const states = this.#views.own(this.#now) ?? {};
    return Object.keys(states).filter((name) => !isUp(states[name]) && !this.#resting.has(name));
  }

  /** Observes, plans, and begins what is ready; what runs already goes on meanwhile. */
  async #round(): Promise<void> {
    this.#changed = false;
    this.#looked = { at: this.#now, signature: this.#signature };
    const lost = this.#lost;
    this.#unseenSince ??= this.#now;
    const [sighting] = await Promise.all([this.#outside.observe(), this.#hearOthers()]);
    this.#unseenSince = undefined;
    this.#said.delete('cluster');
    this.#note(sighting);
    this.#judge();
    if (this.#lost.join() === lost.join()) this.#repair(sighting, lost);
  }

  /** Also those that can't be read: LXD tells where they are. */
  #note({ unread, instances }: Sighting): void {
    this.#homes = new Map([...unread, ...instances].map(({ name, machine }) => [name, machine]));
  }

  /** They are asked where this balancer's word alone would not do. */
  async #hearOthers(): Promise<void> {
    if (this.#views.own(this.#now) !== undefined && this.#down.length === 0) return;
    const balancers = [...this.#homes].filter(([name]) => isBalancerName(name) && name !== this.#outside.self);
    const living = balancers.filter(([, machine]) => !this.#machines.isSilent(machine)).map(([name]) => name);
    if (living.length > 0) this.#views.hear(await this.#outside.othersStates(living).catch(noOpinion), this.#now);
  }

  #repair(sighting: Sighting, lost: readonly string[]): void {
    const servers = this.#views.merged(this.#now);
    const failed = this.#repairs.avoided(this.#now);
    const view = { ...sighting, servers, failed, lost };
    const desired = this.#outside.desire(view);
    this.#resting = new Set(desired.instances.filter(({ cold }) => cold).map(({ name }) => name));
    const between = (woken: Desired) => this.#outside.transition(woken, view);
    const { steps, brakes, asks, again } = this.#repairs.plan(desired, view, between, this.#sight, this.#now);
    this.#again = again;
    const braked = new Map(brakes.map((brake) => [`brake ${brake.service}`, brake]));
    for (const [topic, brake] of braked) this.#say(topic, { what: 'brake', ...brake });
    for (const topic of this.#said.keys())
      if (topic.startsWith('brake ') && !braked.has(topic)) this.#said.delete(topic);
    for (const instance of asks) void this.#ask(instance);
    if (!this.#mayBegin) return;
    // a balancer that can't be read can't be told anything
    const unread = new Set(sighting.unread.map(({ name }) => name));
    const reachable = { ...desired, balancers: desired.balancers.filter(({ name }) => !unread.has(name)) };
    const serves = (name: string) => servers === null || isUp(servers[name]);
    for (const step of this.#works.ready(steps, serves)) this.#begin(reachable, step, serves);
  }

  get #sight(): Sight {
    return {
      downFor: (server) => this.#views.lasting(server, false, this.#now),
      upFor: (server) => this.#views.lasting(server, true, this.#now),
      isSilent: (server) => this.#promoter.silent.has(server),
      found: (instance) => this.#found.get(instance),
      isBusy: (instance) => this.#works.isBusy(instance),
    };
  }

  /** Whatever is found, also nothing, makes the next round. */
  async #ask(instance: InstancePlan): Promise<void> {
    const { name } = instance;
    if (this.#asking.has(name)) return;
    this.#asking.add(name);
    try {
      const found = await this.#outside.lookInside(instance);
      this.#found.set(name, { ...found, at: this.#now });
    } catch (error) {
      this.#found.set(name, { answers: false, at: this.#now });
      if (!(error instanceof RelevoError)) this.#tellError('instance', error);
    } finally {
      this.#asking.delete(name);
      this.#changed = true;
    }
  }

  #begin(desired: Desired, step: Step, serves: (name: string) => boolean): void {
    const { epoch } = this.#lease;
    const mayAct = () => this.#lease.valid && this.#lease.epoch === epoch;
    this.#repairs.begun(step, this.#now);
    this.#works.run(step, serves, this.#now, this.#do(desired, step, mayAct));
  }

  async #do(desired: Desired, step: Step, mayAct: () => boolean): Promise<void> {
    const began = this.#now;
    const head = { ...headOf(step), reason: step.reason };
    const seconds = () => (this.#now - began) / 1000;
    try {
      await this.#outside.act(desired, step, () => {}, mayAct);
      this.#repairs.succeeded(step, this.#now);
      this.#tell({ type: 'step-succeeded', ...head, seconds: seconds() });
    } catch (error) {
      this.#repairs.failed(step.id, this.#now);
      this.#tell({ type: 'step-failed', ...head, seconds: seconds(), failure: failureOf(error) });
    }
    this.#changed = true;
  }

  get #now(): number {
    return this.#outside.clock.elapsed();
  }

  async #guarded(topic: Topic, turn: () => Promise<void>): Promise<void> {
    try {
      await turn();
    } catch (error) {
      this.#tellError(topic, error);
    }
  }

  /** What the world does to us is told as such; anything else is a bug, and told with the place where it happened. */
  #tellError(topic: Topic, error: unknown): void {
    const isTrouble = error instanceof RelevoError || (error instanceof Error && 'syscall' in error);
    const { evidence, ...trouble } = failureOf(error);
    if (isTrouble) this.#say(topic, { what: 'blind', topic, failure: trouble });
    else this.#say(topic, { what: 'bug', topic, failure: { ...trouble, ...(evidence && { evidence }) } });
  }

  /** `topic`: about which nothing is said twice in a row. */
  #say(topic: string, notice: Notice): void {
    const said = JSON.stringify(notice);
    if (this.#said.get(topic) === said) return;
    this.#said.set(topic, said);
    this.#notice(notice);
  }

  #notice(notice: Notice): void {
    const at = 'servers' in notice ? { machines: this.#homesOf(notice.servers) } : {};
    this.#tell({ type: 'noticed', ...notice, ...at });
  }

  #homesOf(servers: readonly string[]): Record<string, string> {
    return Object.fromEntries([...this.#homes].filter(([name]) => servers.includes(name)));
  }

  #tell(body: EventBody): void {
    this.#outside.tell({ at: this.#date(this.#now), ...body } as DatedEvent);
  }

  /** Of a moment on the monotonic clock. */
  #date(moment: number): string {
    return new Date(this.#outside.clock.now().getTime() - (this.#now - moment)).toISOString();
  }
}

type Why = { readonly why: Resignation; readonly step?: string };

function noOpinion(error: unknown): [] {
  if (error instanceof RelevoError) return [];
  throw error;
}
