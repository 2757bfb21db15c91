import type { Desired } from '../domain/desired.ts';
import type { Observed, ObservedCluster } from '../domain/observed.ts';
import type { Steps } from './steps.ts';

/** Last of all: machines and images that no longer belong, after every other step. */
export function removalSteps(steps: Steps, desired: Desired, observed: Observed, cluster: ObservedCluster): void {
  removeMachines(steps, desired, observed);
  removeImages(steps, desired, cluster);
}

const reason = 'no longer in the file';

/**
 * Balancers that no longer belong go as soon as the others know what is new, and before any instance is drained: they are
 * told nothing more, and one that held the address would send requests to where nobody is.
 */
export function dismissSteps(
  steps: Steps,
  desired: Desired,
  cluster: ObservedCluster,
  after: readonly string[],
): readonly string[] {
  const wanted = new Set(desired.balancers.map(({ name }) => name));
  const surplus = cluster.instances.filter(({ kind, name }) => kind === 'balancer' && !wanted.has(name));
  return surplus.map(({ name, machine }) =>
    steps.add(`remove ${name}`, { kind: 'balancer.delete', balancer: name, machine }, reason, after),
  );
}

function removeMachines(steps: Steps, desired: Desired, observed: Observed): void {
  const before = [...steps.ids];
  const wanted = new Set(desired.machines.map(({ name }) => name));
  for (const { name, joined } of observed.machines.filter((machine) => !wanted.has(machine.name))) {
    const left = joined
      ? [steps.add(`leave ${name}`, { kind: 'cluster.leave', machine: name }, reason, before)]
      : before;
    steps.add(`delete ${name}`, { kind: 'machine.delete', machine: name }, reason, left);
  }
}

function removeImages(steps: Steps, desired: Desired, cluster: ObservedCluster): void {
  const before = [...steps.ids];
  const wanted = new Set(desired.images.map(({ alias }) => alias));
  for (const { alias } of cluster.images.filter((image) => !wanted.has(image.alias))) {
    steps.add(`forget ${alias}`, { kind: 'image.delete', alias }, 'no service uses it', before);
  }
}
