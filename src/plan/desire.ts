import type { Desired, ImagePlan, MachinePlan } from '../domain/desired.ts';
import type { Assets, BalancerSpec, Spec } from '../domain/spec.ts';
import type { View } from '../domain/view.ts';
import { firstMachineHost, lowestFree } from './addresses.ts';
import { balancerNames, balancerPlans, publishedPorts, sharedAddress } from './balancers.ts';
import { imageAlias, imagesOf } from './images.ts';
import { available, instancePlan, instanceWishes, wantedOf } from './instances.ts';
import { place, type Slot, type Wanted } from './place.ts';
import { look, type Seen } from './seen.ts';

/**
 * What shall be: every choice that the Spec leaves open, made so that what already exists changes least. Pure: same input,
 * same answer. `images`: where they are known already; who repairs need not know what they are built from.
 */
export function desire(
  spec: Spec,
  assets: Assets,
  view: View,
  images: readonly ImagePlan[] = imagesOf(spec, assets),
): Desired {
  const seen = look(view);
  const machines = machinesOf(spec, images, view);
  const ports = publishedPorts(spec.balancer);
  const balancers = balancersWanted(spec.balancer, seen);
  const revisions = spec.services.map((service) => ({ service, image: imageAlias(images, service.name) }));
  const wishes = revisions.map((revision) => instanceWishes(revision, seen));
  const slots = place([balancers, ...wishes.map((own) => wantedOf(own, seen))], seen, ports);
  const slotOf = ({ name }: { readonly name: string }) => slots.get(name) as Slot;
  const addresses = new Map(machines.map(({ name, address }) => [name, address]));
  const around = { project: spec.name, assets, addresses };
  const instances = wishes.flat().map((wish) => instancePlan(wish, slotOf(wish), around));
  const publish = { ports, address: sharedAddress(spec.balancer, view) };
  return {
    ...{ name: spec.name, images, machines, instances, publish },
    balancers: balancerPlans(spec, balancers.map(slotOf), { assets, images, machines, instances, view }),
  };
}

function machinesOf(spec: Spec, images: readonly ImagePlan[], view: View): MachinePlan[] {
  const existing = new Map(view.machines.map((machine) => [machine.name, machine.address]));
  const taken = new Set([...existing.values()].map((address) => Number(address.split('.')[3])));
  return spec.machines.hosts.map((name) => {
    const host = existing.has(name) ? undefined : lowestFree(taken, firstMachineHost);
    if (host !== undefined) taken.add(host);
    return { name, image: imageAlias(images, 'machine'), address: existing.get(name) ?? `${view.subnet}.${host}` };
  });
}

/** Never two on one machine; those that may stay rather than others. */
function balancersWanted({ place: allowed, replicas }: BalancerSpec, seen: Seen): Wanted[] {
  const machines = available(allowed, seen);
  const stays = (name: string) => machines.includes(seen.homes.get(name)?.machine ?? '');
  const names = balancerNames.filter((name) => !seen.lostNames.has(name));
  const preferred = names.sort((a, b) => Number(stays(b)) - Number(stays(a)));
  const wanted = preferred.slice(0, Math.min(replicas, machines.length)).sort();
  return wanted.map((name) => ({ name, place: machines }));
}
