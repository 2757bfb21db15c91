import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { Seen } from './seen.ts';
import type { Steps } from './steps.ts';

/** Last of all: machines and images that no longer belong, after every other step. */
export function removalSteps(steps: Steps, desired: Desired, observed: Observed): void {
  removeMachines(steps, desired, observed);
  removeImages(steps, desired, observed);
}

const reason = 'no longer in the file';

/**
 * Balancers that no longer belong go as soon as the others know what is new, and before any instance is drained: they are
 * told nothing more, and one that held the address would send requests to where nobody is.
 */
export function dismissSteps(steps: Steps, desired: Desired, { instances, unknown }: Seen, after: readonly Step[]) {
  // who stands in for one that does not answer is all that is left
  if (desired.balancers.some(({ name }) => unknown.names.has(name))) return [];
  const wanted = new Set(desired.balancers.map(({ name }) => name));
  const surplus = instances.filter(({ kind, name }) => kind === 'balancer' && !wanted.has(name));
  return surplus.flatMap(({ name, machine }) =>
    steps.add(`remove ${name}`, { kind: 'balancer.delete', balancer: name, machine }, reason, after),
  );
}

function removeMachines(steps: Steps, desired: Desired, observed: Observed): void {
  const before = steps.ends;
  const wanted = new Set(desired.machines.map(({ name }) => name));
  for (const { name, joined } of observed.machines.filter((machine) => !wanted.has(machine.name))) {
    const left = joined ? steps.add(`leave ${name}`, { kind: 'cluster.leave', machine: name }, reason, before) : before;
    steps.add(`delete ${name}`, { kind: 'machine.delete', machine: name }, reason, left);
  }
}

function removeImages(steps: Steps, desired: Desired, { cluster }: Observed): void {
  const before = steps.ends;
  const wanted = new Set(desired.images.map(({ alias }) => alias));
  for (const { alias } of (cluster?.images ?? []).filter((image) => !wanted.has(image.alias))) {
    steps.add(`forget ${alias}`, { kind: 'image.delete', alias }, 'no service uses it', before);
  }
}
