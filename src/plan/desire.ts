import type { Desired, ImagePlan, MachinePlan } from '../domain/desired.ts';
import type { Assets, BalancerSpec, Spec } from '../domain/spec.ts';
import type { View } from '../domain/view.ts';
import { clusterPool } from '../render/preseed.ts';
import { balancerNamesOn, balancerPlans, machineAddress, publishedPorts } from './balancers.ts';
import { imageAlias, imagePlan, imagesOf } from './images.ts';
import { available, instancePlan, instanceWishes, wantedOf } from './instances.ts';
import { place, type Slot, type Wanted } from './place.ts';
import { releasesOf } from './releases.ts';
import { type Seen, seenIn } from './seen.ts';

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
  const seen = seenIn(view);
  const { network } = view;
  const machineImage = view.machineImage && imagePlan('machine', view.machineImage);
  const machines = machinesOf(spec, machineImage, view);
  const ports = publishedPorts(spec.balancer);
  const balancers = balancersWanted(spec.balancer, balancerNamesOn(network), seen);
  const revisions = spec.services.map((service) => ({ service, image: imageAlias(images, service.name) }));
  const wishes = revisions.map((revision) => instanceWishes(revision, seen));
  const slots = place([balancers, ...wishes.map((own) => wantedOf(own, seen))], seen, ports);
  const slotOf = ({ name }: { readonly name: string }) => slots.get(name) as Slot;
  const addresses = new Map(machines.map(({ name, address }) => [name, address]));
  const around = { project: spec.name, assets, addresses };
  const instances = wishes.flat().map((wish) => instancePlan(wish, slotOf(wish), around));
  const publish = network.shared !== undefined && { publish: { ports, address: network.shared } };
  return {
    ...{ name: spec.name, pool: poolOf(spec.machines), network, images, machines, instances, ...publish },
    releases: releasesOf(spec, instances),
    dependencies: Object.fromEntries(spec.services.map(({ name, dependsOn }) => [name, dependsOn])),
    ...(machineImage && { machineImage }),
    balancers: balancerPlans(spec, balancers.map(slotOf), { assets, images, machines, instances, view }),
  };
}

/** Of the cluster: where machines are made, the file names the host's pool in which they are. */
export function poolOf({ ways, pool }: Spec['machines']): string {
  return (ways === undefined ? undefined : pool) ?? clusterPool;
}

function machinesOf(spec: Spec, image: ImagePlan | undefined, { network }: View): MachinePlan[] {
  const made = image && { image: image.alias };
  return spec.machines.hosts.map((name) => ({ name, ...made, address: machineAddress(network.machines, name) }));
}

/** Never two on one machine; those that may stay rather than others. */
function balancersWanted({ place: allowed, replicas }: BalancerSpec, all: readonly string[], seen: Seen): Wanted[] {
  const machines = available(allowed, seen);
  const stays = (name: string) => machines.includes(seen.homes.get(name)?.machine ?? '');
  const names = all.filter((name) => !seen.lostNames.has(name));
  const preferred = names.sort((a, b) => Number(stays(b)) - Number(stays(a)));
  const wanted = preferred.slice(0, Math.min(replicas, machines.length)).sort();
  return wanted.map((name) => ({ name, place: machines }));
}
