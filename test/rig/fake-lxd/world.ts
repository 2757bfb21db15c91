import { RelevoError } from '../../../src/domain/failure.ts';
import { slotPort } from '../../../src/domain/slots.ts';
import type { Config, Devices } from '../../../src/ports/lxd.ts';
import { configFile, twinOf } from '../../../src/render/haproxy.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type Answer, FakeHaproxy } from './haproxy.ts';

export interface Member {
  readonly name: string;
  readonly address: string;
  /** False: without power; all that it carries is gone with it until it has power again. */
  power: boolean;
  /** False: its LXD is stopped. What it carries serves on. */
  lxd: boolean;
  /** When its LXD was last heard of by the others. */
  heard: number;
}

export interface Alias {
  readonly name: string;
  target: string;
  description: string;
}

export interface Image {
  readonly fingerprint: string;
  properties: Config;
}

export interface Instance {
  readonly name: string;
  readonly location: string;
  /** LXD's word: `Running`, `Stopped`. */
  status: string;
  config: Config;
  devices: Devices;
  readonly files: Map<string, string>;
  /** When it was last started, milliseconds. */
  startedAt: number;
  /** What LXD is doing to it: nothing else may be begun meanwhile. */
  busy: string | undefined;
  /** It runs, and does not serve: it refuses connections, or takes them and says nothing. */
  sick: Exclude<Answer, 'serves'> | undefined;
  readonly haproxy: FakeHaproxy;
  /** systemd starts HAProxy at the boot. */
  haproxyEnabled: boolean;
}

export interface Project {
  config: Config;
  readonly images: Map<string, Image>;
  readonly aliases: Map<string, Alias>;
  readonly instances: Map<string, Instance>;
  readonly operations: Set<Promise<unknown>>;
}

/** Of a call, or of what LXD does in the background. */
export interface Weather {
  /** Milliseconds that one call takes. */
  latency(chance: () => number): number;
  /** Share of calls whose answer is lost, and of those that fail inside. */
  readonly lost: number;
  readonly broken: number;
}

export const fair: Weather = { latency: (chance) => 20 + chance() * 100, lost: 0, broken: 0 };
/** Most calls are as always, some take up to ten seconds. */
export const rough: Weather = {
  latency: (chance) => (chance() < 0.8 ? 20 + chance() * 100 : 200 + chance() * 9800),
  lost: 0.03,
  broken: 0.03,
};

/** Milliseconds until HAProxy checks a server again, and until a balancer takes the address that nobody holds. */
const checkEvery = 100;
const takeoverAfter = 400;

type Listener = (instance: Instance, event: 'booted' | 'ended' | 'controller-restarted') => void;

/**
 * What an LXD cluster and its containers are, and what they do by themselves. Time is the clock's; machines, links and
 * instances fail when they are told to.
 */
export class World {
  readonly clock: VirtualClock;
  readonly members = new Map<string, Member>();
  readonly projects = new Map<string, Project>([['default', emptyProject()]]);
  readonly trusted = new Map<string, readonly string[]>();
  weather: Weather = fair;
  /** Milliseconds until an instance serves after its start. */
  bootTime = (_instance: Instance): number => 1200;
  /** Links that are cut, both ways: `m1|m2`; `host` is where commands run. */
  readonly cuts = new Set<string>();
  /** Until when the database has no leader. */
  leaderlessUntil = 0;
  holder: string | undefined;
  /** Every command that was run in a container, or on a machine. */
  readonly commands: (readonly string[])[] = [];
  readonly #listeners: Listener[] = [];
  #heldSince = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
    clock.every(checkEvery, () => this.#tick());
  }

  /** Whoever hears of lifecycle events: the project, the action, the object's URL. */
  readonly watchers = new Set<(project: Project, action: string, source: string) => void>();

  changed(project: Project, action: string, source: string): void {
    for (const watcher of this.watchers) watcher(project, action, source);
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tell(...news: Parameters<Listener>): void {
    for (const listener of this.#listeners) listener(...news);
  }

  addMember(name: string, address: string): void {
    this.members.set(name, { name, address, power: true, lxd: true, heard: this.clock.elapsed() });
  }

  project(name: string): Project {
    return found(this.projects.get(name), `project ${name}`);
  }

  get instances(): Instance[] {
    return [...this.projects.values()].flatMap(({ instances }) => [...instances.values()]);
  }

  instance(name: string): Instance {
    return found(
      this.instances.find((each) => each.name === name),
      name,
    );
  }

  /** Whether bytes go from one machine to another (`host`: where commands run). */
  linked(from: string, to: string): boolean {
    const on = (name: string) => this.members.get(name)?.power !== false;
    return on(from) && on(to) && !this.cuts.has([from, to].sort().join('|'));
  }

  cut(a: string, b: string): void {
    this.cuts.add([a, b].sort().join('|'));
  }

  mend(a: string, b: string): void {
    this.cuts.delete([a, b].sort().join('|'));
  }

  /** Whether this member's LXD does what the others ask of it. */
  works(name: string): boolean {
    const member = this.members.get(name);
    return member?.power === true && member.lxd;
  }

  /** Whether the database can be read and written, seen from this member. */
  hasLeader(from: string): boolean {
    const reached = [...this.members.keys()].filter((each) => this.works(each) && this.linked(from, each));
    return reached.length * 2 > this.members.size && this.clock.elapsed() >= this.leaderlessUntil;
  }

  /** By force: what was on it goes from the database with it. Source: LXD 5.0.2, lxd/db/node.go, `ClearNode`. */
  removeMember(name: string): void {
    this.members.delete(name);
    for (const { instances } of this.projects.values())
      for (const [key, { location }] of instances) if (location === name) instances.delete(key);
  }

  powerOff(name: string): void {
    const member = found(this.members.get(name), name);
    Object.assign(member, { power: false });
    for (const instance of this.instances.filter(({ location }) => location === name)) this.end(instance);
  }

  /** LXD starts what it carried, since all that Relevo makes has `boot.autostart`. */
  powerOn(name: string): void {
    Object.assign(found(this.members.get(name), name), { power: true, lxd: true });
    const own = this.instances.filter(({ location, config }) => location === name && config['boot.autostart']);
    for (const instance of own) this.begin(instance);
  }

  begin(instance: Instance): void {
    if (instance.status === 'Running') return;
    Object.assign(instance, { status: 'Running', startedAt: this.clock.elapsed() });
    const { startedAt } = instance;
    this.clock.after(this.bootTime(instance), () => {
      if (instance.startedAt !== startedAt || instance.status !== 'Running' || !this.has(instance)) return;
      if (instance.haproxyEnabled) instance.haproxy.load(instance.files.get(configFile) ?? '');
      this.tell(instance, 'booted');
    });
  }

  end(instance: Instance): void {
    if (instance.status !== 'Running') return;
    instance.status = 'Stopped';
    instance.haproxy.running = false;
    this.tell(instance, 'ended');
  }

  has(instance: Instance): boolean {
    return this.instances.includes(instance);
  }

  booted(instance: Instance): boolean {
    return instance.status === 'Running' && this.clock.elapsed() - instance.startedAt >= this.bootTime(instance);
  }

  serves(instance: Instance): boolean {
    return this.booted(instance) && instance.sick === undefined && this.members.get(instance.location)?.power === true;
  }

  /** What HAProxy in this balancer gets from an address: an instance on its own bridge, or a machine's port that leads to one. */
  answerAt(balancer: Instance, address: string, port: number): Answer {
    const own = this.instances.filter(({ location }) => location === balancer.location);
    const onBridge = own.find(({ devices }) => devices['eth0']?.['ipv4.address'] === address);
    if (onBridge !== undefined) return this.#answerOf(onBridge, port);
    const machine = [...this.members.values()].find((each) => each.address === address);
    if (machine === undefined || !this.linked(balancer.location, machine.name)) return 'silent';
    // src/render/ports.ts: the cable's name says which slot's ports lead to it, and where it listens
    for (const instance of this.instances.filter(({ location }) => location === machine.name)) {
      for (const { host_name: cable = '' } of Object.values(instance.devices)) {
        const [, slot, listens, further] = /^i(\d+)p(\d+)(?:n(\d))?$/.exec(cable) ?? [];
        if (slotPort(Number(slot), Number(further ?? 0)) === port && this.booted(instance))
          return this.#answerOf(instance, Number(listens));
      }
    }
    return 'refuses';
  }

  #answerOf(instance: Instance, port: number): Answer {
    if (instance.sick !== undefined && this.booted(instance)) return instance.sick;
    const { 'user.relevo.port': own, 'user.relevo.further': further = '' } = instance.config;
    return this.serves(instance) && [own, ...further.split(',')].includes(String(port)) ? 'serves' : 'refuses';
  }

  get balancers(): Instance[] {
    return this.instances.filter(({ config }) => config['user.relevo.kind'] === 'balancer');
  }

  /** Servers of a service that this balancer uses and that do answer. */
  serving(balancer: Instance, service: string): string[] {
    const chosen = balancer.haproxy.chosen(service);
    const good = chosen.filter(({ address, port }) => this.answerAt(balancer, address, port) === 'serves');
    const backups = new Map(balancer.haproxy.servers.map(({ name }) => [twinOf(name), name]));
    return good.map(({ name }) => backups.get(name) ?? name);
  }

  #tick(): void {
    for (const balancer of this.balancers)
      balancer.haproxy.check((address, port) => this.answerAt(balancer, address, port));
    for (const member of this.members.values()) if (this.works(member.name)) member.heard = this.clock.elapsed();
    this.#elect();
  }

  /** VRRP without preemption: who holds the address keeps it while its HAProxy runs. */
  #elect(): void {
    const able = this.balancers.filter(({ haproxy, status }) => haproxy.running && status === 'Running');
    if (able.some(({ name }) => name === this.holder)) this.#heldSince = this.clock.elapsed();
    else if (this.clock.elapsed() - this.#heldSince >= takeoverAfter)
      this.holder = able.map(({ name }) => name).sort()[0];
  }
}

export function emptyProject(config: Config = {}): Project {
  return { config, images: new Map(), aliases: new Map(), instances: new Map(), operations: new Set() };
}

export function newInstance(name: string, location: string, config: Config, devices: Devices): Instance {
  const idle = { status: 'Stopped', startedAt: 0, busy: undefined, sick: undefined, haproxyEnabled: false };
  return { name, location, config, devices, files: new Map(), haproxy: new FakeHaproxy(), ...idle };
}

export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new RelevoError({ code: 'not-found', message: `${what} not found (fake LXD)` });
  return thing;
}

export function failed(message: string): RelevoError {
  return new RelevoError({ code: 'failed', message: `${message} (fake LXD)` });
}
