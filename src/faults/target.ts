import { RelevoError } from '../domain/failure.ts';
import type { Network } from '../domain/network.ts';
import type { Observed, ObservedInstance } from '../domain/observed.ts';
import { slotAddress, slotAgentPort, slotPort } from '../domain/slots.ts';
import type { Spec } from '../domain/spec.ts';
import type { RunState } from '../domain/status.ts';
import { balancerNames } from '../plan/balancers.ts';
import { unitName } from '../plan/images.ts';
import { didYouMean } from '../spec/nearest.ts';

/** Who a fault hits: `web/1`, `balancer/2`, `virtualMachine3`, or two of them, `web/1:balancer/1`. */
export type Target = Party | CutTarget;
export type Party = InstanceTarget | BalancerTarget | MachineTarget;
export type TargetKind = Target['kind'];

interface Common {
  /** As it was written. */
  readonly text: string;
}

interface ContainerTarget extends Common {
  readonly name: string;
  /** The LXD project of the cluster that it is in. */
  readonly project: string;
  readonly machine: string;
  readonly state: RunState;
  /** Under which others reach it. */
  readonly endpoints: readonly Endpoint[];
}

export interface InstanceTarget extends ContainerTarget {
  readonly kind: 'instance';
  /** On which its service listens. */
  readonly port: number;
  /** On which it listens beside that one. */
  readonly further: readonly number[];
  /** The unit that serves; empty where a package brings it. */
  readonly unit: string;
}

export interface BalancerTarget extends ContainerTarget {
  readonly kind: 'balancer';
}

export interface MachineTarget extends Common {
  readonly kind: 'machine';
  readonly name: string;
  readonly state: RunState;
  readonly endpoints: readonly Endpoint[];
  /** They have an interface of their own on the machines' network, past the machine's. */
  readonly balancers: readonly BalancerTarget[];
}

export interface CutTarget extends Common {
  readonly kind: 'cut';
  readonly between: readonly [Party, Party];
}

export interface Endpoint {
  readonly address: string;
  /** One TCP port of it; absent: all that comes from it or goes to it. */
  readonly port?: number;
  /** The machine from which alone it is reached by this address: that of the bridge. */
  readonly within?: string;
}

/** What targets are looked up in. */
export interface Scene {
  readonly spec: Spec;
  readonly network: Network;
  readonly machines: Observed['machines'];
  readonly instances: readonly ObservedInstance[];
  /** Of these only the names are known just now; they keep their place among the others. */
  readonly unread: readonly string[];
}

/** One of several, in their order; `read` where it can be read. */
interface Placed {
  readonly name: string;
  readonly rank: number;
  readonly read?: ObservedInstance;
}

/** The same target, whichever of a cut's two is named first. */
export function sameTarget(one: string, other: string): boolean {
  const key = (text: string) => text.split(':').sort().join(':');
  return key(one) === key(other);
}

/** Throws `not-found` where there is no such thing, `refused` where it does not run. */
export function resolveTarget(text: string, scene: Scene): Target {
  const [a = '', b, ...more] = text.split(':');
  if (b === undefined) return running(party(a, scene));
  if (more.length > 0) throw notFound(`${text} names more than two`, 'a cut is between two of them: web/1:balancer/1');
  const between = [running(party(a, scene)), running(party(b, scene))] as const;
  refuseOneself(between);
  return { kind: 'cut', text, between };
}

function party(text: string, scene: Scene): Party {
  const [group = '', number, ...more] = text.split('/');
  if (number === undefined || more.length > 0) return machine(text, scene);
  if (group === 'balancer') return balancer(text, nth(text, balancersOf(scene)), scene);
  return instance(text, nth(text, instancesOf(group, scene)), scene);
}

/** Primaries first. */
function instancesOf(service: string, { spec, instances, unread }: Scene): readonly Placed[] {
  const known = spec.services.map(({ name }) => name);
  const { replicas = 0 } = spec.services.find(({ name }) => name === service) ?? {};
  if (!known.includes(service)) {
    const hint =
      didYouMean(service, known) ?? `there are: ${[...known, 'balancer'].map((each) => `${each}/1`).join(', ')}`;
    throw notFound(`the file has no service ${service}`, hint);
  }
  const own = instances.filter((each) => each.kind === 'service' && each.service === service && each.complete);
  const rank = (isPrimary: boolean, number: number) => (isPrimary ? 0 : 1e6) + number;
  const placed = own.map(
    (read): Placed => ({ name: read.name, rank: rank(read.role === 'primary', read.number), read }),
  );
  const silent = numbered(service, unread).map(([name, number]) => ({ name, rank: rank(number <= replicas, number) }));
  return inOrder([...placed, ...silent]);
}

function balancersOf({ instances, unread }: Pick<Scene, 'instances' | 'unread'>): readonly Placed[] {
  const own = instances.filter(({ kind, complete }) => kind === 'balancer' && complete);
  const placed = own.map((read): Placed => ({ name: read.name, rank: balancerNames.indexOf(read.name), read }));
  const silent = numbered('balancer', unread).map(([name, number]) => ({ name, rank: number - 1 }));
  return inOrder([...placed, ...silent]);
}

/** `web-2` of `web`, and its number. */
function numbered(group: string, names: readonly string[]): (readonly [name: string, number: number])[] {
  const own = names.filter((name) => name.slice(0, name.lastIndexOf('-')) === group);
  return own.map((name) => [name, Number(name.slice(group.length + 1))]);
}

function inOrder(group: readonly Placed[]): readonly Placed[] {
  return group.toSorted((one, other) => one.rank - other.rank);
}

function nth(text: string, group: readonly Placed[]): ObservedInstance {
  const [name = '', number = ''] = text.split('/');
  const found = /^[1-9]\d{0,5}$/.test(number) ? group[Number(number) - 1] : undefined;
  if (found?.read !== undefined) return found.read;
  if (found !== undefined) throw unreadable(found.name);
  const there = group.map((each, index) => `${name}/${index + 1} (${each.name})`).join(', ');
  throw notFound(`there is no ${text}`, there === '' ? 'bring it up with `relevo up`' : `there are: ${there}`);
}

function container(text: string, found: ObservedInstance, { spec }: Scene) {
  const { name, machine, state } = found;
  return { text, name, machine, state, project: spec.name };
}

function instance(text: string, found: ObservedInstance, scene: Scene): InstanceTarget {
  const { slot, port, further, service } = found;
  const wanted = scene.spec.services.find(({ name }) => name === service);
  const address = addressOf(found.machine, scene);
  return {
    ...container(text, found, scene),
    ...{ kind: 'instance', port, further },
    unit: wanted?.command === undefined ? '' : unitName(wanted),
    endpoints: [
      { address: slotAddress(slot), within: found.machine },
      ...[port, ...further].map((_, index) => ({ address, port: slotPort(slot, index) })),
      ...(wanted?.algorithm === 'resource' ? [{ address, port: slotAgentPort(slot) }] : []),
    ],
  };
}

function balancer(text: string, found: ObservedInstance, scene: Scene): BalancerTarget {
  const outer = scene.network.balancers[balancerNames.indexOf(found.name)];
  const own = { address: slotAddress(found.slot), within: found.machine };
  const endpoints = [own, ...(outer === undefined ? [] : [{ address: outer }])];
  return { ...container(text, found, scene), kind: 'balancer', endpoints };
}

function machine(text: string, scene: Scene): MachineTarget {
  const found = scene.machines.find(({ name }) => name === text);
  if (found === undefined) {
    const known = scene.machines.map(({ name }) => name);
    const hint = `targets are SERVICE/N, balancer/N, and the machines ${known.join(', ')}`;
    throw notFound(`there is no target ${text}`, didYouMean(text, known) ?? hint);
  }
  const all = balancersOf(scene).flatMap(({ read }) => (read === undefined ? [] : [read]));
  const own = all.filter((each) => each.machine === text && each.state === 'running');
  const { name, state, address } = found;
  const balancers = own.map((each) => balancer(each.name, each, scene));
  const outer = balancers.flatMap(({ endpoints }) => endpoints.slice(1));
  return { ...{ text, name, state, balancers }, kind: 'machine', endpoints: [{ address }, ...outer] };
}

function addressOf(machine: string, { machines }: Scene): string {
  return machines.find(({ name }) => name === machine)?.address ?? '';
}

function running<T extends Party>(party: T): T {
  if (party.state === 'running') return party;
  const hint = party.state === 'unknown' ? 'its machine does not answer' : 'only what runs can be broken';
  throw new RelevoError({ code: 'refused', message: `${party.name} does not run`, hint });
}

/** All that an instance says goes through its machine: a cut between them would cut it from everything. */
function refuseOneself([a, b]: readonly [Party, Party]): void {
  const within = [a, b].some((each) => each.kind !== 'machine' && [a, b].some(({ name }) => name === each.machine));
  if (a.name !== b.name && !within) return;
  const message =
    a.name === b.name ? `${a.text} can't be cut from itself` : `${a.text} and ${b.text} are parts of one machine`;
  throw new RelevoError({ code: 'refused', message, hint: 'name two that stand apart, or pause one: container.pause' });
}

function unreadable(name: string): RelevoError {
  const hint = 'its machine, or the LXD on it, does not answer';
  return new RelevoError({ code: 'refused', message: `${name} can't be read just now`, hint });
}

function notFound(message: string, hint: string): RelevoError {
  return new RelevoError({ code: 'not-found', message, hint });
}
