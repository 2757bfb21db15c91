import type { ReleasePlan } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { View } from '../domain/view.ts';
import { balancerSteps, controllerSteps, publishSteps, settleSteps } from './diff-balancers.ts';
import { clusterSteps, groundSteps, imageSteps, noGround, type Ready } from './diff-ground.ts';
import { checkSteps, freshSteps, replaceSteps, restSteps, surplusSteps } from './diff-instances.ts';
import { inOrder, lateServices } from './diff-order.ts';
import { dismissSteps, removalSteps } from './diff-removals.ts';
import { releaseStep } from './releases.ts';
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
  const { settled, made, updated } = insideSteps(steps, change, seen, {
    ...{ ready, patience: true, releases: observed.cluster?.releases ?? {} },
  });
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

interface InsideOptions {
  readonly ready: Ready;
  /** Steps wait inside for servers to be UP; who repairs waits for nobody. */
  readonly patience: boolean;
  /** By service, which release was made; who repairs makes none. */
  readonly releases?: Readonly<Record<string, string>>;
}

function insideSteps(
  steps: Steps,
  change: Transition,
  seen: ReturnType<typeof seenIn>,
  { ready, patience, releases }: InsideOptions,
) {
  const { desired } = change;
  const mayYield = yielding(desired, seen, patience);
  const order = patience ? lateServices(desired) : [];
  const late = new Set(order);
  const free = desired.releases.filter(({ service }) => releases !== undefined && !late.has(service));
  const unpacked = ({ image, machine }: ReleasePlan) => [...ready.image(image, machine), ...ready.configured];
  const first = new Map(
    free.map(({ service }) => [service, releaseStep(steps, desired, service, releases ?? {}, unpacked)]),
  );
  const fresh = freshSteps(steps, change, seen, { ready, first, late });
  const { told, ...balancers } = balancerSteps(steps, change, { ...seen, patience }, ready, fresh);
  checkSteps(steps, change, seen, told);
  const known = [...told, ...dismissSteps(steps, desired, seen, told)];
  const early = { rollouts: change.rollouts.filter(({ service }) => !late.has(service)) };
  const rolled = replaceSteps(steps, early, seen, { ready, first, known, mayYield });
  const around = { ready, mayYield, releases: releases ?? {} };
  const before = {
    ...inOrder(steps, change, seen, order, around, { known, fresh, rolled, seenUp: new Map() }),
    mayYield,
  };
  const gone = surplusSteps(steps, change, before);
  restSteps(steps, change, seen, before);
  const all = [...known, ...[...before.seenUp.values()].flat()];
  const changed = [...[...before.rolled.values()].flatMap((each) => each.all), ...gone];
  const settled = settleSteps(steps, change, { ...seen, patience }, { known: all, changed, fresh: before.fresh });
  return { ...balancers, settled: [...all, ...settled] };
}
