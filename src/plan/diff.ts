import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { View } from '../domain/view.ts';
import { balancerSteps, controllerSteps, publishSteps, settleSteps } from './diff-balancers.ts';
import { clusterSteps, groundSteps, imageSteps, noGround, type Ready } from './diff-ground.ts';
import { checkSteps, freshSteps, replaceSteps, restSteps, surplusSteps } from './diff-instances.ts';
import { dismissSteps, removalSteps } from './diff-removals.ts';
import { seenIn, yielding } from './seen.ts';
import { Steps } from './steps.ts';
import type { Transition } from './transition.ts';
import { concerns } from './unknown.ts';
import { viewOf } from './view.ts';

/**
 * What must be done so that the world is as desired, in an order that loses no request. Pure.
 * Where machines are off, the answer ends with their start: plan again then. What can't be read stops only what concerns it.
 */
export function diff(change: Transition, observed: Observed): Step[] {
  const { desired } = change;
  const seen = seenIn(viewOf(observed));
  const steps = new Steps((body) => concerns(body, seen.unknown));
  const ground = groundSteps(steps, desired, observed);
  if (isOff(observed, steps)) return steps.all;
  const cluster = clusterSteps(steps, desired, observed, ground);
  const ready = { ...cluster, image: imageSteps(steps, desired, observed, ground, cluster) };
  const { settled, made, updated } = insideSteps(steps, change, seen, { ready, patience: true });
  publishSteps(steps, desired, observed, ground.machines, [...settled, ...updated]);
  controllerSteps(steps, desired, seen, made);
  removalSteps(steps, desired, observed);
  return steps.all;
}

/** The part of it that needs nothing but the cluster, for who repairs: nothing waits for servers that are DOWN. Pure. */
export function diffInside(change: Transition, view: View): Step[] {
  const seen = seenIn(view);
  const steps = new Steps((body) => concerns(body, seen.unknown));
  const { made } = insideSteps(steps, change, seen, { ready: noGround, patience: false });
  controllerSteps(steps, change.desired, seen, made);
  return steps.all;
}

/** Machines that this plan starts, or that nobody can start: what is on them, and beside them, is seen afterwards. */
function isOff({ cluster, machines }: Observed, steps: Steps): boolean {
  if (cluster === null) return machines.some(({ joined }) => joined);
  const joined = new Set(machines.filter((machine) => machine.joined).map(({ name }) => name));
  return steps.all.some((step) => step.kind === 'machine.start' && joined.has(step.machine.name));
}

function insideSteps(
  steps: Steps,
  change: Transition,
  seen: ReturnType<typeof seenIn>,
  { ready, patience }: { readonly ready: Ready; readonly patience: boolean },
) {
  const mayYield = yielding(change.desired, seen, patience);
  const fresh = freshSteps(steps, change, seen, ready);
  const { told, ...balancers } = balancerSteps(steps, change, { ...seen, patience }, ready, fresh);
  checkSteps(steps, change, seen, told);
  const known = [...told, ...dismissSteps(steps, change.desired, seen, told)];
  const rolled = replaceSteps(steps, change, seen, { ready, known, mayYield });
  const before = { known, fresh, rolled };
  const gone = surplusSteps(steps, change, { ...before, mayYield });
  restSteps(steps, change, seen, { ...before, mayYield });
  const changed = [...[...rolled.values()].flatMap(({ all }) => all), ...gone];
  const settled = settleSteps(steps, change, { ...seen, patience }, { known, changed, fresh });
  return { ...balancers, settled: [...known, ...settled] };
}
