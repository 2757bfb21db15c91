import { noticeText } from '../../src/cli/print/words.ts';
import type { BalancerPlan, Desired, InstancePlan } from '../../src/domain/desired.ts';
import type { DatedEvent } from '../../src/domain/event.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { type Intent, noIntent } from '../../src/domain/intent.ts';
import type { Observed, ObservedInstance } from '../../src/domain/observed.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { Step } from '../../src/domain/step.ts';
import { intentAlias, intentOf } from '../../src/observe/intent-record.ts';
import { intentMark } from '../../src/observe/marks.ts';
import { desire } from '../../src/plan/desire.ts';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import type { Dependencies } from '../../src/reconcile/dependencies.ts';
import { writtenLimits } from '../../src/render/limits.ts';
import { FakeMarks } from './fake-marks.ts';
import { noAssets, worldAfter } from './world.ts';

/**
 * A cluster with its balancers' controllers, on a clock of its own: what LXD would hold, which machines are on, which
 * instances serve. Machines and instances fail when they are told to, and steps take no time.
 */
export class FakeCluster {
  now = 0;
  readonly marks = new FakeMarks();
  readonly events: { by: string; event: DatedEvent }[] = [];
  readonly acted: Step[] = [];
  /** How often the whole cluster was read. */
  reads = 0;
  readonly whenActed: number[] = [];
  readonly off = new Set<string>();
  /** Instances that run and do not serve. */
  readonly sick = new Set<string>();
  /** Of those, the ones that hang: they take connections and say nothing. */
  readonly frozen = new Set<string>();
  /** Balancers whose controller reaches nothing. */
  readonly cutOff = new Set<string>();
  /** Machines whose LXD says nothing, while what they carry goes on. */
  readonly deaf = new Set<string>();
  /** Machines that do not answer when they are asked. */
  readonly unheard = new Set<string>();
  /** Balancers whose HAProxy says nothing. */
  readonly mute = new Set<string>();
  /** `web-1 m2`: on that machine no balancer reaches it. */
  readonly cuts = new Set<string>();
  /** Milliseconds from an instance's start until it serves, by service. */
  readonly startsIn = new Map<string, number>();
  /** What a controller can't do just now, by what it calls; thrown. */
  readonly broken = new Map<string, Error>();
  readonly #started = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #processes = 0;
  readonly #spec: Spec;
  readonly #start: Observed;
  readonly #instances = new Map<string, ObservedInstance>();
  /** By balancer and server. */
  readonly #weights = new Map<string, number>();
  readonly #controllers = new Map<string, Controller>();

  constructor(spec: Spec) {
    this.#spec = spec;
    this.#start = worldAfter(spec);
    for (const each of this.#start.cluster?.instances ?? []) this.#instances.set(each.name, { ...each });
  }

  get instances(): ObservedInstance[] {
    return [...this.#instances.values()];
  }

  get(name: string): ObservedInstance | undefined {
    return this.#instances.get(name);
  }

  set(name: string, change: Partial<ObservedInstance>): void {
    const known = this.#instances.get(name);
    if (known === undefined) return;
    if (known.state !== 'running' && change.state === 'running') this.start(name);
    this.#instances.set(name, { ...known, ...change });
    this.#tell();
  }

  /** Whoever did it: it takes its time again to serve. */
  start(name: string): void {
    this.#started.set(name, this.now);
  }

  remove(name: string): void {
    this.#instances.delete(name);
    this.#tell();
  }

  async drain(machine: string): Promise<void> {
    const { drained } = this.#intent;
    await this.marks.for('').createAlias(intentAlias({ drained: [...drained, machine] }));
    this.#tell();
  }

  get #intent(): Intent {
    const alias = this.marks.all.get(intentMark);
    return alias === undefined ? noIntent : intentOf(alias.description);
  }

  /** LXD's events. */
  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The process dies, and systemd starts it again. */
  killController(balancer: string): void {
    this.#controllers.get(balancer)?.[Symbol.dispose]();
    this.#controllers.delete(balancer);
  }

  serves(name: string): boolean {
    const instance = this.#instances.get(name);
    if (instance?.state !== 'running' || this.off.has(instance.machine) || this.sick.has(name)) return false;
    const since = this.now - (this.#started.get(name) ?? Number.NEGATIVE_INFINITY);
    return since >= (this.startsIn.get(instance.service) ?? 0) && !this.cuts.has(`${name} ${instance.machine}`);
  }

  said(what: string): string[] {
    return this.events.flatMap(({ event }) =>
      event.type === 'noticed' && event.what === what ? [noticeText(event)] : [],
    );
  }

  did(): string[] {
    return this.acted.map(({ id, kind }) => `${kind} ${id.split(' ').at(-1)}`);
  }

  /** The backups that a balancer has promoted. */
  promoted(balancer: string): string[] {
    return this.instances
      .filter(({ name, role }) => role === 'backup' && (this.#weights.get(`${balancer} ${name}`) ?? 0) > 0)
      .map(({ name }) => name);
  }

  /** All turns of all controllers that run, five times a second. */
  async pass(milliseconds: number): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; this.now += 200) {
      const running = this.instances.filter(({ kind, name }) => kind === 'balancer' && this.serves(name));
      for (const { name } of this.instances.filter(({ kind }) => kind === 'balancer')) {
        if (!running.some((each) => each.name === name)) this.killController(name);
      }
      for (const { name, controllerHash } of running) {
        if (controllerHash === '') continue;
        const controller = this.#controllers.get(name) ?? new Controller(this.#around(name));
        this.#controllers.set(name, controller);
        await controller.promotionTurn();
        await controller.machineTurn();
        await controller.leaseTurn();
        await controller.followTurn();
        await controller.repairTurn();
        await new Promise(setImmediate); // what was begun takes no time, and comes to its end
      }
    }
  }

  observed(): Observed {
    const cluster = this.#start.cluster as NonNullable<Observed['cluster']>;
    const isUnread = ({ machine }: ObservedInstance) => this.off.has(machine) || this.deaf.has(machine);
    const unread = this.instances.filter(isUnread);
    return {
      ...this.#start,
      cluster: {
        ...cluster,
        intent: this.#intent,
        instances: this.instances.filter((each) => !isUnread(each)),
        unread: unread.map(({ name, machine, slot }) => ({ name, machine, slot })),
        servers: this.#states(),
      },
    };
  }

  #states(): Record<string, string> {
    const services = this.instances.filter(({ kind }) => kind === 'service');
    return Object.fromEntries(services.map(({ name }) => [name, this.serves(name) ? 'UP' : 'DOWN']));
  }

  /** As HAProxy says it: backups stand there twice. */
  #stat(balancer: string): string {
    const states = this.#states();
    const rows = this.instances.flatMap(({ kind, name, role, service }) => {
      if (kind !== 'service') return [];
      const row = (as: string, weight: number) =>
        [service, as, states[name], this.frozen.has(name) ? 'L7TOUT' : 'L4CON', weight].join();
      if (role !== 'backup') return [row(name, 1)];
      return [row(name, this.#weights.get(`${balancer} ${name}`) ?? 0), row(`${name}-backup`, 1)];
    });
    return ['# pxname,svname,status,check_status,uweight', ...rows].join('\n');
  }

  #around(self: string): Dependencies {
    const { machines } = this.#start;
    return {
      nonce: `${self} ${this.#processes++}`,
      ...{ self, machines, clock: { now: () => new Date(this.now), elapsed: () => this.now } },
      lease: this.marks.for(self),
      haproxy: {
        config: async () => undefined, // only asked for slots of what can't be read
        stat: async () => (this.mute.has(self) ? undefined : this.#stat(self)),
        change: async (commands) => {
          this.#breaks('change');
          for (const command of commands) {
            const [, name = '', weight] = /^set server \S+\/(\S+) weight (\d+)$/.exec(command) ?? [];
            this.#weights.set(`${self} ${name}`, Number(weight));
          }
          return undefined;
        },
        cut: async () => false,
      },
      observe: async () => {
        this.#reach(self);
        this.#breaks('observe');
        this.reads += 1;
        return viewOf(this.observed());
      },
      desire: (view) => desire(this.#spec, noAssets, view),
      transition: (desired, view) => transition(this.#spec, noAssets, desired, view),
      changes: (onChange) => {
        this.#listeners.add(onChange);
        return { [Symbol.dispose]: () => void this.#listeners.delete(onChange) };
      },
      othersStates: async (balancers) => {
        this.#reach(self);
        this.#breaks('othersStates');
        return balancers.filter((name) => this.serves(name) && !this.mute.has(name)).map(() => this.#states());
      },
      lookInside: async ({ name }) => {
        const instance = this.get(name);
        const started = this.#started.get(name);
        const answers = !this.sick.has(name) && this.cuts.has(`${name} ${instance?.machine}`);
        return started === undefined ? { answers } : { answers, started };
      },
      settled: async () => this.#reach(self),
      act: async (desired, step) => this.#act(self, desired, step),
      knock: async (address) => {
        const machine = machines.find((each) => each.address === address)?.name ?? '';
        const own = this.get(self)?.machine;
        if (this.unheard.has(machine)) return false;
        return machine === own || (!this.off.has(machine) && !this.cutOff.has(self));
      },
      tell: (event) => this.events.push({ by: self, event }),
    };
  }

  #breaks(call: string): void {
    const error = this.broken.get(call);
    if (error !== undefined) throw error;
  }

  #reach(self: string): void {
    const majority = this.off.size * 2 < this.#start.machines.length;
    if (!majority || this.cutOff.has(self)) throw new RelevoError({ code: 'unreachable', message: 'no answer' });
  }

  #act(self: string, desired: Desired, step: Step): void {
    this.#reach(self);
    this.acted.push(step);
    this.whenActed.push(this.now);
    if ('instance' in step && typeof step.instance === 'object') this.#actOnInstance(step.instance, step);
    else if (step.kind === 'instance.delete') this.#delete(step.instance);
    else if (step.kind === 'balancer.delete') this.#delete(step.balancer);
    else if ('balancer' in step && typeof step.balancer === 'object') this.#actOnBalancer(step.balancer, step, desired);
  }

  #delete(name: string): void {
    this.#alive(this.get(name)?.machine ?? '');
    this.remove(name);
  }

  #alive(machine: string): void {
    if (this.off.has(machine) || this.deaf.has(machine))
      throw new RelevoError({ code: 'unreachable', message: `${machine} is off` });
  }

  #actOnInstance(plan: InstancePlan, { kind, ...step }: Step): void {
    const before = this.get(plan.name);
    this.#alive(plan.machine);
    if (before !== undefined) this.#alive(before.machine);
    const made = kind === 'instance.create' || kind === 'instance.replace' || ('recreate' in step && step.recreate);
    if (made) {
      const limits = writtenLimits({});
      const rest = { complete: true, configHash: '', checksHash: '', forwards: '', controllerHash: '' };
      this.#instances.set(plan.name, {
        ...plan,
        ...rest,
        limits,
        grace: plan.stopping.grace,
        kind: 'service',
        state: 'running',
      });
      this.sick.delete(plan.name);
      this.start(plan.name);
      this.#tell();
    }
    if (kind === 'instance.revive') this.start(plan.name);
    if (kind === 'instance.update')
      this.set(plan.name, { role: plan.role, checkMark: plan.checkMark, grace: plan.stopping.grace });
    if (kind === 'instance.start') this.set(plan.name, { state: 'running' });
    if (kind === 'instance.stop' || (made && plan.cold)) this.set(plan.name, { state: 'stopped' });
  }

  #actOnBalancer(plan: BalancerPlan, step: Step, _desired: Desired): void {
    this.#alive(plan.machine);
    if (step.kind === 'balancer.create' || step.kind === 'balancer.replace') {
      const like = this.instances.find(({ kind }) => kind === 'balancer') as ObservedInstance;
      const fresh = { state: 'running', complete: true, configHash: '', checksHash: '', controllerHash: '' } as const;
      const { name, machine, slot, hash, image, forwards } = plan;
      this.#instances.set(name, { ...like, ...fresh, name, machine, slot, hash, image, forwards: forwards.join() });
    }
    if (step.kind === 'balancer.start') this.set(plan.name, { state: 'running' });
    if (step.kind === 'balancer.configure') {
      this.set(plan.name, { configHash: step.config.hash, checksHash: step.config.checksHash });
    }
    if (step.kind === 'controller.configure') this.set(plan.name, { controllerHash: plan.controller.hash });
  }
}
