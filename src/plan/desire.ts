import type { Desired, ImageFile, ImagePlan, InstancePlan, MachinePlan } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Assets, ServiceSpec, Spec } from '../domain/spec.ts';
import { environmentFile, environmentText } from '../render/systemd.ts';
import { renderTemplate, type TemplateValues, templateValues } from '../spec/template.ts';
import { slotAddress } from './addresses.ts';
import { balancerNames, balancerPlan, machineAddress, publishedPorts } from './balancers.ts';
import { replaceReason } from './diff-instances.ts';
import { hashOf } from './hash.ts';
import { imageAlias, imagePlan, imagesOf } from './images.ts';
import {
  available,
  curable,
  groupOf,
  namesOfTheLost,
  place,
  type Slot,
  type Wanted,
  type World,
  worldOf,
} from './place.ts';

/**
 * Every choice that the Spec leaves open, made so that what already exists changes least. Pure: same input, same answer.
 * `images`: where they are known already; who repairs need not know what they are built from.
 */
export function desire(
  spec: Spec,
  assets: Assets,
  observed: Observed,
  images: readonly ImagePlan[] = imagesOf(spec, assets),
): Desired {
  const machineImage = observed.machineImage && imagePlan('machine', observed.machineImage);
  const machines = machinesOf(spec, machineImage, observed);
  const ports = publishedPorts(spec.balancer);
  const world = worldOf(observed, ports);
  const balancerSlots = placeBalancers(spec, observed, world);
  const around = { assets, images, machines, observed, world };
  const instances = spec.services.flatMap((service) => instancesOf(spec, service, around));
  const standIns = spec.services.flatMap((service) => standInsOf(spec, service, instances, around));
  const balancers = balancerSlots.map((slot) =>
    balancerPlan(spec, slot, { assets, images, machines, instances, standIns, observed }),
  );
  const { network } = observed;
  const publish = { ports, address: network.shared };
  return {
    name: spec.name,
    network,
    ...(machineImage && { machineImage }),
    images,
    machines,
    instances,
    standIns,
    balancers,
    publish,
  };
}

function machinesOf(spec: Spec, image: ImagePlan | undefined, { network }: Observed): MachinePlan[] {
  const made = image && { image: image.alias };
  return spec.machines.hosts.map((name) => ({ name, ...made, address: machineAddress(network.machines, name) }));
}

function placeBalancers(spec: Spec, observed: Observed, world: World): Slot[] {
  const group = groupOf(observed.cluster, /^balancer-\d+$/);
  const machines = available(spec.balancer.place, observed.cluster);
  const lost = namesOfTheLost(observed.cluster);
  const stays = (name: string) => group.some((each) => each.name === name && machines.includes(each.machine));
  const names = balancerNames.filter((name) => !lost.has(name)).sort((a, b) => Number(stays(b)) - Number(stays(a)));
  const count = Math.min(spec.balancer.replicas, machines.length); // never two on one machine
  const wanted = names.slice(0, count).sort();
  return place(
    wanted.map((name) => ({ name, place: machines })),
    group,
    world,
  );
}

interface Surroundings {
  readonly assets: Assets;
  readonly images: readonly ImagePlan[];
  readonly machines: readonly MachinePlan[];
  readonly observed: Observed;
  readonly world: World;
}

function instancesOf(spec: Spec, service: ServiceSpec, around: Surroundings): InstancePlan[] {
  const numbers = numbersOf(service, around);
  return numbered(spec, service, numbers.slice(0, service.replicas + service.backups.count), around);
}

/** In ascending order, one more than there are instances, without those of lost ones. */
function numbersOf({ name, replicas, backups }: ServiceSpec, { observed }: Surroundings): number[] {
  const lost = namesOfTheLost(observed.cluster);
  const all = Array.from({ length: replicas + backups.count + 1 + lost.size }, (_, index) => index + 1);
  return all.filter((number) => !lost.has(`${name}-${number}`)).slice(0, replicas + backups.count + 1);
}

/** None where no machine may carry them. */
function numbered(spec: Spec, service: ServiceSpec, numbers: readonly number[], around: Surroundings): InstancePlan[] {
  const { cluster } = around.observed;
  const group = groupOf(cluster, new RegExp(`^${service.name}-\\d+$`));
  const machines = available(service.place, cluster);
  if (machines.length === 0) return [];
  const wanted = numbers.map((number, rank): Wanted => {
    const name = `${service.name}-${number}`;
    const role = rank < service.replicas ? 'primary' : 'backup';
    return { name, role, place: curable(name, machines, cluster) };
  });
  return place(wanted, group, around.world).map((slot, index) =>
    instancePlan(spec, service, { ...slot, number: numbers[index] as number, rank: index }, around),
  );
}

/** A service with one running instance would answer nobody while that one is replaced. */
function standInsOf(
  spec: Spec,
  service: ServiceSpec,
  instances: readonly InstancePlan[],
  around: Surroundings,
): InstancePlan[] {
  const [only, ...others] = instances.filter((each) => each.service === service.name && !each.cold);
  const existing = around.observed.cluster?.instances.find(({ name, complete }) => complete && name === only?.name);
  if (only === undefined || others.length > 0 || existing === undefined) return [];
  if (replaceReason(only, existing) === undefined) return [];
  const { cluster } = around.observed;
  const there = new Map(cluster?.instances.map((each) => [each.name, each]));
  const unread = new Set(cluster?.unread.map(({ name }) => name));
  const [first = 1] = numbersOf(service, around).slice(-1);
  for (let number = first; ; number += 1) {
    if (unread.has(`${service.name}-${number}`)) continue;
    const [plan] = numbered(spec, service, [number], around);
    if (plan === undefined) return [];
    const other = there.get(plan.name);
    const serves = other === undefined || !other.complete || replaceReason(plan, other) === undefined;
    if (serves) return [{ ...plan, role: 'primary', cold: false }]; // what is left of an earlier file may be at rest
  }
}

function instancePlan(
  spec: Spec,
  service: ServiceSpec,
  slot: Slot & { number: number; rank: number },
  around: Surroundings,
): InstancePlan {
  const image = imageAlias(around.images, service.name);
  const files = instanceFiles(spec, service, slot, around.assets);
  const { name, machine, number } = slot;
  const role = slot.rank < service.replicas ? 'primary' : 'backup';
  return {
    ...{ name, machine, number, image, files, slot: slot.slot },
    service: service.name,
    role,
    cold: role === 'backup' && service.backups.kind === 'cold',
    address: slotAddress(slot.slot),
    port: service.port,
    machineAddress: machineAddress(around.machines, machine),
    limits: service.limits,
    hash: hashOf({ image, files, port: service.port, slot: slot.slot }),
    healthPath: service.health.path,
    startPeriod: service.health.startPeriod,
    stopping: { drain: service.timeouts.drain, grace: service.stopGracePeriod },
  };
}

function instanceFiles(spec: Spec, service: ServiceSpec, slot: Slot & { number: number }, assets: Assets): ImageFile[] {
  const templates = service.files.filter((file) => file.template);
  const values = templateValues({
    project: spec.name,
    service: service.name,
    number: slot.number,
    machine: slot.machine,
  });
  const secrets = service.secrets.map(({ name }) => [name, assets.secrets[`${service.name}/${name}`] ?? ''] as const);
  const environment = environmentText({ ...service.environment, ...Object.fromEntries(secrets) });
  return [
    ...templates.map((file) => ({
      target: file.target,
      mode: file.mode,
      content: rendered(file.source, assets, values),
    })),
    ...(environment === '' ? [] : [{ target: environmentFile, mode: 0o600, content: environment }]),
  ];
}

/** Templates were checked when the assets were read, so a diagnostic here is a bug. */
function rendered(source: string, assets: Assets, variables: TemplateValues): string {
  const text = new TextDecoder().decode(assets.files[source]?.bytes);
  const result = renderTemplate(source, text, variables);
  if (!result.ok) throw new Error(`unchecked template ${source}`);
  return result.text;
}
