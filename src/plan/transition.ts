import type { BalancerConfig, Desired, InstancePlan, Stopping } from '../domain/desired.ts';
import type { ObservedInstance } from '../domain/observed.ts';
import type { Assets, ServiceSpec, Spec } from '../domain/spec.ts';
import type { View } from '../domain/view.ts';
import { type Backend, balancerConfig, publishedPorts } from './balancers.ts';
import { imageAlias } from './images.ts';
import { available, instancePlan, numbersOf, wantedOf } from './instances.ts';
import { place, type Slot } from './place.ts';
import { type Rollout, replaceReason, rolloutsOf } from './rollout.ts';
import { byName, type Seen, seenIn } from './seen.ts';

/** What is between the world as it is and as it shall be. */
export interface Transition {
  readonly desired: Desired;
  readonly rollouts: readonly Rollout[];
  /** Serve only while the one instance of a service is replaced. */
  readonly standIns: readonly InstancePlan[];
  /** Instances that go; also the stand-ins. */
  readonly surplus: readonly Going[];
  /**
   * Of each balancer, by name, the configuration for the time between: new instances are in it already, those that shall move are
   * where they are, and those that shall go are still there. Its `final` one where nothing moves or goes.
   */
  readonly interim: ReadonlyMap<string, BalancerConfig>;
}

export interface Going extends Pick<ObservedInstance, 'name' | 'service' | 'machine'> {
  readonly stopping: Stopping;
}

/** Where the file says nothing any more. */
const usual: Stopping = { drain: 30, grace: 10 };

/** Pure. */
export function transition(spec: Spec, assets: Assets, desired: Desired, view: View): Transition {
  const seen = seenIn(view);
  const rollouts = rolloutsOf(desired, seen);
  const standIns = standInsOf(spec, assets, desired, rollouts, seen);
  const surplus = surplusOf(spec, desired, standIns, seen);
  const meanwhile = rollouts.length + surplus.length > 0 && backendsMeanwhile(spec, desired, standIns, rollouts, seen);
  const interim = desired.balancers.map((balancer) => {
    const { name, machine, final } = balancer;
    const around = { assets, machines: desired.machines, view };
    return [name, meanwhile ? balancerConfig(spec, { name, machine }, meanwhile, around) : final] as const;
  });
  return { desired, rollouts, standIns, surplus, interim: new Map(interim) };
}

/** A service with one running instance would answer nobody while that one is replaced. */
function standInsOf(
  spec: Spec,
  assets: Assets,
  desired: Desired,
  rollouts: readonly Rollout[],
  seen: Seen,
): InstancePlan[] {
  const standIns: InstancePlan[] = [];
  for (const { service: name, strategy, replacements } of rollouts) {
    const service = spec.services.find((each) => each.name === name);
    const serving = replacements.some(({ instance }) => !instance.cold);
    if (service === undefined || !serving || strategy.surge === 0) continue;
    const taken = [...desired.balancers, ...desired.instances, ...standIns];
    const standIn = standInOf(spec, service, assets, desired, taken, seen);
    if (standIn !== undefined) standIns.push(standIn);
  }
  return standIns;
}

/** `taken`: what has its place already. */
function standInOf(
  spec: Spec,
  service: ServiceSpec,
  assets: Assets,
  desired: Desired,
  taken: readonly Slot[],
  seen: Seen,
): InstancePlan | undefined {
  if (available(service.place, seen).length === 0) return undefined;
  const revision = { service, image: imageAlias(desired.images, service.name) };
  const addresses = new Map(desired.machines.map(({ name, address }) => [name, address]));
  for (let [number = 1] = numbersOf(service, seen).slice(-1); ; number += 1) {
    const wish = { revision, number, name: `${service.name}-${number}`, role: 'primary' } as const;
    if (seen.unread.some(({ name }) => name === wish.name)) continue;
    const slot = place([wantedOf([wish], seen)], seen, publishedPorts(spec.balancer), taken).get(wish.name) as Slot;
    const plan = instancePlan(wish, slot, { project: spec.name, assets, addresses });
    const other = seen.there.get(plan.name); // what is left of an earlier file
    if (!other?.complete || replaceReason(plan, other) === undefined) return plan;
  }
}

function surplusOf(spec: Spec, desired: Desired, standIns: readonly InstancePlan[], seen: Seen): readonly Going[] {
  const wanted = new Set(desired.instances.map(({ name }) => name));
  const drains = new Map(spec.services.map(({ name, timeouts }) => [name, timeouts.drain]));
  const present = seen.instances.filter(({ kind, name }) => kind === 'service' && !wanted.has(name));
  const going = present.map(({ name, service, machine, grace = usual.grace }) => {
    return { name, service, machine, stopping: { drain: drains.get(service) ?? usual.drain, grace } };
  });
  return [...going, ...standIns.filter(({ name }) => !seen.there.has(name))];
}

/** What shall be replaced or go is still where and as it is. */
function backendsMeanwhile(
  spec: Spec,
  desired: Desired,
  standIns: readonly InstancePlan[],
  rollouts: readonly Rollout[],
  seen: Seen,
): Backend[] {
  const addresses = new Map(seen.network.machines.map(({ name, address }) => [name, address]));
  const moving = new Set(rollouts.flatMap(({ replacements }) => replacements.map(({ instance }) => instance.name)));
  const planned = Map.groupBy([...desired.instances, ...standIns], ({ service }) => service);
  const known = byName([...desired.instances, ...standIns]);
  const as = (each: ObservedInstance) => ({ ...each, machineAddress: addresses.get(each.machine) ?? '' });
  const going = seen.instances.filter(({ kind, complete, name }) => kind === 'service' && complete && !known.has(name));
  const surplus = Map.groupBy(going, ({ service }) => service);
  return spec.services.map((service) => {
    const merged = (planned.get(service.name) ?? []).map((plan) => {
      const current = moving.has(plan.name) ? seen.there.get(plan.name) : undefined;
      return current === undefined ? plan : as(current);
    });
    const last = (surplus.get(service.name) ?? []).toSorted((a, b) => a.number - b.number);
    return { service, servers: [...merged, ...last.map(as)] };
  });
}
