import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { ObservedCluster, ObservedInstance } from '../domain/observed.ts';
import { isUp, mayDrain, mayYield, type Seen } from './seen.ts';
import type { Steps } from './steps.ts';

/** Instances that no balancer counts on yet, and small changes that interrupt nothing: all side by side. */
export function freshSteps(steps: Steps, desired: Desired, cluster: Seen, images: readonly string[]): string[] {
  const standIns = new Set(desired.standIns);
  const ids = [...desired.instances, ...standIns].flatMap((instance) => {
    const existing = cluster.instances.find((each) => each.name === instance.name);
    const missing = standIns.has(instance) ? `stands in while ${instance.service}-1 is replaced` : 'not there yet';
    const after = [...imageSteps(instance, images), 'configure'];
    const id = `instance ${instance.name}`;
    if (existing === undefined) {
      return [steps.add(id, { kind: 'instance.create', instance }, missing, after)];
    }
    if (!existing.complete) {
      return [steps.add(id, { kind: 'instance.create', instance }, 'its creation was interrupted', after)];
    }
    if (replaceReason(instance, existing) !== undefined) return [];
    return smallChange(steps, id, instance, existing, mayRest(desired, cluster, instance));
  });
  return steps.present(ids);
}

function imageSteps({ image, machine }: InstancePlan, images: readonly string[]): string[] {
  return images.filter((id) => id === `import ${image}` || id === `warm ${image} ${machine}`);
}

/** Why an instance must be made anew; undefined where it may stay. */
export function replaceReason(instance: InstancePlan, existing: ObservedInstance): string | undefined {
  if (existing.machine !== instance.machine) return `moves from ${existing.machine} to ${instance.machine}`;
  if (existing.image !== instance.image) return 'its image changed';
  if (existing.hash !== instance.hash) return 'its files, environment or secrets changed';
  return undefined;
}

/** A cold backup that runs may be all that serves: it rests only while everybody else of its service is UP. */
function mayRest({ instances }: Desired, cluster: Seen, { cold, service }: InstancePlan): boolean {
  const others = instances.filter((each) => each.service === service && !each.cold);
  return cold && mayDrain(cluster) && others.every(({ name }) => isUp(name, cluster));
}

function smallChange(
  steps: Steps,
  id: string,
  instance: InstancePlan,
  existing: ObservedInstance,
  rests: boolean,
): string[] {
  const reason = updateReason(instance, existing);
  if (reason !== undefined) steps.add(`update ${instance.name}`, { kind: 'instance.update', instance }, reason, []);
  if (rests && existing.state === 'running') {
    steps.add(`rest ${instance.name}`, { kind: 'instance.stop', instance }, 'it waits cold', []);
  }
  if (instance.cold || existing.state !== 'stopped') return [];
  return [steps.add(id, { kind: 'instance.start', instance }, 'stopped', [])];
}

function updateReason(instance: InstancePlan, { role, limits }: ObservedInstance): string | undefined {
  if (role !== instance.role) return instance.role === 'backup' ? 'it becomes a backup' : 'it becomes a primary';
  const cpu = instance.limits.cpu === undefined ? '' : String(instance.limits.cpu);
  const memory = instance.limits.memory === undefined ? '' : String(instance.limits.memory);
  return limits.cpu !== cpu || limits.memory !== memory ? 'its limits changed' : undefined;
}

/**
 * One after another within a service, those that nobody misses first, and only once every balancer knows what was added:
 * capacity never drops by two.
 */
export function replaceSteps(
  steps: Steps,
  desired: Desired,
  cluster: Seen,
  images: readonly string[],
  known: readonly string[],
): string[] {
  const previous = new Map<string, string>();
  const possible = replacements(desired, cluster).filter(({ instance: { service, name } }) =>
    mayYield(desired, cluster, service, name),
  );
  possible.sort((a, b) => Number(serves(a.instance, cluster)) - Number(serves(b.instance, cluster)));
  const ids = possible.map(({ instance, from, reason }) => {
    const last = previous.get(instance.service);
    const after = [...imageSteps(instance, images), ...known, ...(last === undefined ? [] : [last])];
    const id = steps.add(`instance ${instance.name}`, { kind: 'instance.replace', instance, from }, reason, after);
    previous.set(instance.service, id);
    return id;
  });
  return steps.present(ids);
}

function serves({ name }: InstancePlan, { instances, servers }: ObservedCluster): boolean {
  const runs = instances.some((each) => each.name === name && each.state === 'running');
  return runs && (servers === null || servers[name]?.startsWith('UP') === true);
}

export function replacements(desired: Desired, cluster: ObservedCluster) {
  return desired.instances.flatMap((instance) => {
    const existing = cluster.instances.find((each) => each.name === instance.name && each.complete);
    const reason = existing && replaceReason(instance, existing);
    return existing && reason !== undefined ? [{ instance, from: existing.machine, reason }] : [];
  });
}

/** What is no longer wanted: drained by each balancer that still has it, then deleted. */
export function surplusSteps(steps: Steps, desired: Desired, cluster: Seen, known: readonly string[]): string[] {
  const possible = surplus(desired, cluster).filter(({ service, name }) => mayYield(desired, cluster, service, name));
  const ids = possible.map(({ name, service, machine }) =>
    steps.add(`remove ${name}`, { kind: 'instance.delete', instance: name, service, machine }, 'no longer wanted', [
      ...known,
      ...steps.ids.filter((id) => id.startsWith('instance ')),
    ]),
  );
  return steps.present(ids);
}

/** Also those that only stand in while this plan is carried out. */
export function surplus(desired: Desired, cluster: ObservedCluster) {
  const wanted = new Set(desired.instances.map(({ name }) => name));
  const present = cluster.instances.filter(({ kind, name }) => kind === 'service' && !wanted.has(name));
  const standIns = desired.standIns.filter(({ name }) => !present.some((each) => each.name === name));
  return [...present, ...standIns];
}
