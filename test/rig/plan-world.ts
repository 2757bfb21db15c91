import type { BalancerConfig, BalancerPlan, Desired, InstancePlan, MachinePlan } from '../../src/domain/desired.ts';
import type { Observed, ObservedCluster, ObservedInstance, ObservedMachine } from '../../src/domain/observed.ts';
import { slotAddress, slotPort } from '../../src/domain/slots.ts';
import type { ConfigureStep, Step } from '../../src/domain/step.ts';
import { writtenLimits } from '../../src/render/limits.ts';
import { machineImage, network } from './world.ts';

/** Why a step can't be done in the world as it is. */
export class Impossible extends Error {}

/** A machine that nobody can read does not do what it is asked. */
export class Unanswered extends Error {}

/** One atomic part of a step: a run may end after any of them. */
export type Phase = () => void;

/** A balancer's HAProxy: what is loaded, and whom it sends nothing to. */
interface Loaded {
  readonly config: BalancerConfig;
  readonly out: Set<string>;
  /** Where a server is by the Runtime API, where that is not what the file says. */
  readonly moved: Map<string, string>;
}

/**
 * The world that plans are made for, as small as it can be: each step is a few atomic changes, any of which may be the
 * last one. It knows what is on machines that nobody can read, which the plan does not.
 */
export class PlanWorld {
  prepared = true;
  configured = true;
  published: Observed['published'];
  readonly cached: Set<string>;
  readonly machines: Map<string, ObservedMachine>;
  /** Machines whose LXD says nothing. What they carry serves. */
  readonly silent = new Set<string>();
  readonly drained = new Set<string>();
  readonly images: Map<string, Set<string>>;
  readonly instances: Map<string, ObservedInstance>;
  readonly loaded = new Map<string, Loaded>();

  /** `desired`: what the balancers have loaded. */
  constructor({ published, cached, machines, cluster }: Observed, desired: Desired) {
    const { images = [], instances = [] } = cluster ?? {};
    this.published = published;
    this.cached = new Set(cached);
    this.machines = new Map(machines.map((each) => [each.name, each]));
    this.images = new Map(images.map(({ alias, unpackedOn }) => [alias, new Set(unpackedOn)]));
    this.instances = new Map(instances.map((each) => [each.name, each]));
    for (const { name, final } of desired.balancers)
      this.loaded.set(name, { config: final, out: new Set(), moved: new Map() });
  }

  reads(machine: string): boolean {
    return this.machines.get(machine)?.state === 'running' && !this.silent.has(machine);
  }

  observe(): Observed {
    const machines = [...this.machines.values()];
    const off = machines.filter(({ joined, state }) => joined && state !== 'running').length;
    const majority = off * 2 < machines.filter(({ joined }) => joined).length;
    const { prepared, published } = this;
    return {
      network,
      machineImage,
      prepared,
      published,
      machines,
      cached: [...this.cached],
      cluster: majority ? this.#cluster() : null,
    };
  }

  #cluster(): ObservedCluster {
    const all = [...this.instances.values()];
    const read = all.filter(({ machine }) => this.reads(machine));
    return {
      members: [...this.machines.values()]
        .filter(({ joined }) => joined)
        .map(({ name }) => ({ name, message: '', state: this.reads(name) ? 'ONLINE' : 'OFFLINE' })),
      ...{ configured: this.configured, holders: [], releases: {}, intent: { drained: [...this.drained] } },
      mute: [],
      images: [...this.images].map(([alias, on]) => ({ alias, fingerprint: alias, unpackedOn: [...on] })),
      instances: read,
      unread: all.filter((each) => !read.includes(each)).map(({ name, machine }) => ({ name, machine })),
      servers: this.#seen(),
    };
  }

  balancers(): ObservedInstance[] {
    const running = (each: ObservedInstance) => each.kind === 'balancer' && each.state === 'running' && each.complete;
    const on = (each: ObservedInstance) => this.machines.get(each.machine)?.state === 'running';
    return [...this.instances.values()].filter((each) => running(each) && on(each) && this.loaded.has(each.name));
  }

  /** Servers of the service that this balancer sends requests to and that answer them. */
  serving(balancer: string, service: string): string[] {
    const loaded = this.loaded.get(balancer);
    const own = loaded?.config.servers.filter(({ backend }) => backend === service) ?? [];
    return own.map(({ server }) => server).filter((name) => !loaded?.out.has(name) && this.#answers(balancer, name));
  }

  /** UP is who is so for all. */
  #seen(): Record<string, string> | null {
    const all = this.balancers().flatMap(({ name }) => Object.entries(this.#states(name)));
    if (this.balancers().length === 0) return null;
    return Object.fromEntries(all.sort(([, a], [, b]) => Number(b === 'UP') - Number(a === 'UP')));
  }

  #states(balancer: string): Record<string, string> {
    const loaded = this.loaded.get(balancer) as Loaded;
    const state = (name: string) => (loaded.out.has(name) ? 'MAINT' : this.#answers(balancer, name) ? 'UP' : 'DOWN');
    return Object.fromEntries(loaded.config.servers.map(({ server }) => [server, state(server)]));
  }

  /** Where this balancer looks for it there is one that serves. */
  #answers(balancer: string, name: string): boolean {
    const loaded = this.loaded.get(balancer);
    const known = loaded?.config.servers.find(({ server }) => server === name);
    const [instance, from] = [this.instances.get(name), this.instances.get(balancer)];
    if (known === undefined || instance === undefined || from === undefined) return false;
    const on = this.machines.get(instance.machine)?.state === 'running';
    const place = loaded?.moved.get(name) ?? `${known.address}:${known.port}`;
    return on && instance.state === 'running' && instance.complete && place === this.#placeFrom(from, instance);
  }

  #placeFrom(from: ObservedInstance, { machine, slot, port }: ObservedInstance): string {
    if (from.machine === machine) return `${slotAddress(slot)}:${port}`;
    return `${this.machines.get(machine)?.address}:${slotPort(slot)}`;
  }

  /** What the step does, part by part. */
  phases(step: Step, desired: Desired): Phase[] {
    switch (step.kind) {
      case 'provider.prepare':
        return [() => this.#tell({ prepared: true })];
      case 'base.prepare':
        return [];
      case 'image.build':
        return [() => void this.cached.add(step.image.alias)];
      case 'machine.create':
        return [() => this.#createMachine(step.machine)];
      case 'machine.start':
        return [() => this.#setMachine(step.machine.name, { state: 'running' })];
      case 'machine.delete':
        return [() => this.#deleteMachine(step.machine)];
      case 'cluster.bootstrap':
      case 'cluster.join':
        return [() => this.#setMachine(step.machine.name, { joined: true })];
      case 'cluster.leave':
        return [() => this.#mustBeEmpty(step.machine)];
      case 'cluster.configure':
        return [() => this.#tell({ configured: true })];
      case 'image.import':
        return [() => void this.images.set(step.image.alias, new Set())];
      case 'image.warm':
        return [() => this.#warm(step.image.alias, step.machine)];
      case 'image.delete':
        return [() => void this.images.delete(step.alias)];
      case 'publish':
        return [() => this.#tell({ published: { ports: step.ports, address: step.address } })];
      default:
        return this.#inside(step, desired);
    }
  }

  #inside(step: Step, desired: Desired): Phase[] {
    switch (step.kind) {
      case 'instance.create':
        return this.#create(step.instance);
      case 'instance.start':
        return [() => this.#set(step.instance.name, { state: 'running' })];
      case 'instance.stop':
        return [() => this.#set(step.instance.name, { state: 'stopped' })];
      case 'instance.update':
        return [() => this.#set(step.instance.name, small(step.instance))];
      case 'instance.replace':
        return [
          () => this.#out(desired, step.instance.name),
          () => this.#remove(step.instance.name),
          ...this.#create(step.instance),
          ...desired.balancers.map(
            ({ name, final }) =>
              () =>
                this.#back(name, final, step.instance.name),
          ),
        ];
      case 'instance.delete':
        return [() => this.#out(desired, step.instance), () => this.#remove(step.instance)];
      case 'balancer.create':
      case 'balancer.replace':
        return this.#createBalancer(step.balancer);
      case 'balancer.update':
        return [() => this.#set(step.balancer.name, { forwards: step.balancer.forwards.join() })];
      case 'balancer.start':
        return [() => this.#set(step.balancer.name, { state: 'running' })];
      case 'balancer.delete':
        return [() => this.#remove(step.balancer)];
      case 'balancer.configure':
        return this.#configure(step);
      case 'controller.configure':
        return [() => this.#set(step.balancer.name, { controllerHash: step.balancer.controller.hash })];
      default:
        throw new Error(`nobody plans ${step.kind}`);
    }
  }

  #tell(change: Partial<Pick<PlanWorld, 'prepared' | 'configured' | 'published'>>): void {
    Object.assign(this, change);
  }

  #createMachine({ name, address, image = '' }: MachinePlan): void {
    if (!this.cached.has(image)) throw new Impossible(`${image} is not in the cache`);
    this.machines.set(name, { name, address, state: 'running', joined: false });
  }

  #setMachine(name: string, change: Partial<ObservedMachine>): void {
    this.machines.set(name, { ...(this.machines.get(name) as ObservedMachine), ...change });
  }

  #mustBeEmpty(machine: string): void {
    const left = [...this.instances.values()].filter((each) => each.machine === machine);
    if (left.length > 0) throw new Impossible(`${machine} still carries ${left.map(({ name }) => name)}`);
  }

  #deleteMachine(name: string): void {
    this.#mustBeEmpty(name);
    this.machines.delete(name);
    for (const on of this.images.values()) on.delete(name);
  }

  #warm(alias: string, machine: string): void {
    if (!this.reads(machine)) throw new Unanswered(machine);
    const on = this.images.get(alias);
    if (on === undefined) throw new Impossible(`${alias} is not in the cluster`);
    on.add(machine);
  }

  /** What the step is about, where it may be touched. */
  #known(name: string): ObservedInstance | undefined {
    const known = this.instances.get(name);
    if (known !== undefined && !this.reads(known.machine)) throw new Error(`${name} is unread, and touched`);
    return known;
  }

  #set(name: string, change: Partial<ObservedInstance>): void {
    const known = this.#known(name);
    if (known === undefined) throw new Impossible(`there is no ${name}`);
    this.instances.set(name, { ...known, ...change });
  }

  #remove(name: string): void {
    this.#known(name);
    this.instances.delete(name);
    this.loaded.delete(name);
  }

  #create(plan: InstancePlan): Phase[] {
    const none = { configHash: '', checksHash: '', forwards: '', controllerHash: '' };
    return [
      () => this.#remove(plan.name),
      () => {
        if (!this.reads(plan.machine)) throw new Unanswered(plan.machine);
        if (!this.images.has(plan.image)) throw new Impossible(`${plan.image} is not in the cluster`);
        const half = { kind: 'service', state: 'stopped', complete: false } as const;
        this.instances.set(plan.name, { ...plan, ...none, ...half, ...small(plan) });
      },
      () => this.#set(plan.name, { complete: true }),
      () => this.#set(plan.name, { state: plan.cold ? 'stopped' : 'running' }),
    ];
  }

  #createBalancer({ name, machine, slot, hash, image, forwards }: BalancerPlan): Phase[] {
    const none = {
      service: '',
      number: 1,
      role: 'primary',
      port: 0,
      further: [],
      checkMark: '',
      controllerHash: '',
    } as const;
    const half = { kind: 'balancer', state: 'stopped', complete: false, configHash: '', checksHash: '' } as const;
    return [
      () => this.#remove(name),
      () => {
        if (!this.reads(machine)) throw new Unanswered(machine);
        const own = { name, machine, slot, hash, image, forwards: forwards.join(), limits: writtenLimits({}) };
        this.instances.set(name, { ...none, ...half, ...own });
      },
      () => this.#set(name, { complete: true }),
      () => this.#set(name, { state: 'running' }),
    ];
  }

  #out(desired: Desired, server: string): void {
    this.#known(server);
    for (const { name } of desired.balancers) this.loaded.get(name)?.out.add(server);
  }

  /** At this balancer it is where it is now, and it is waited for until it is UP. */
  #back(balancer: string, { servers }: BalancerConfig, name: string): void {
    const loaded = this.loaded.get(balancer);
    const now = servers.find(({ server }) => server === name);
    if (loaded === undefined || now === undefined) return;
    loaded.out.delete(name);
    loaded.moved.set(name, `${now.address}:${now.port}`);
  }

  #configure({ balancer: { name }, config, load, asks, awaits }: ConfigureStep): Phase[] {
    const up = (server: string) =>
      this.serving(name, config.servers.find((each) => each.server === server)?.backend ?? '').includes(server);
    return [
      () => {
        const silent = asks.filter((server) => this.instances.get(server)?.state !== 'running');
        if (silent.length > 0) throw new Impossible(`${silent} do not answer`);
      },
      () => load && this.#load(name, config),
      () => {
        for (const server of awaits) this.loaded.get(name)?.out.delete(server);
        const down = awaits.filter((server) => !up(server));
        if (down.length > 0) throw new Impossible(`${name} does not see ${down} UP`);
      },
      () => load && this.#set(name, { configHash: config.hash, checksHash: config.checksHash }),
    ];
  }

  /** Servers that stay where they are stay as they are. */
  #load(name: string, config: BalancerConfig): void {
    if (this.#known(name)?.state !== 'running') throw new Impossible(`${name} does not run`);
    const before = this.loaded.get(name);
    const placeOf = ({ config: { servers }, moved }: Loaded, server: string) => {
      const known = servers.find((each) => each.server === server);
      return moved.get(server) ?? (known && `${known.address}:${known.port}`);
    };
    const same = config.servers.filter(
      ({ server, address, port }) => before !== undefined && placeOf(before, server) === `${address}:${port}`,
    );
    const out = same.map(({ server }) => server).filter((server) => before?.out.has(server));
    this.loaded.set(name, { config, out: new Set(out), moved: new Map() });
  }
}

/** What may change without a new instance. */
function small({ role, limits, checkMark, stopping }: InstancePlan) {
  return { role, limits: writtenLimits(limits), checkMark, grace: stopping.grace };
}
