import type { Desired } from '../domain/desired.ts';
import type { Step } from '../domain/step.ts';
import type { Ready } from './diff-ground.ts';
import { type FreshStep, lateSteps, replaceSteps, type Settled, settledOf } from './diff-instances.ts';
import { releaseStep } from './releases.ts';
import type { Seen, yielding } from './seen.ts';
import type { Steps } from './steps.ts';
import type { Transition } from './transition.ts';

/** Services that wait for others, each after those that it waits for; there is no circle in a file. */
export function lateServices({ dependencies }: Desired): readonly string[] {
  const ordered: string[] = [];
  const add = (service: string) => {
    if (ordered.includes(service)) return;
    for (const each of dependencies[service] ?? []) add(each);
    ordered.push(service);
  };
  for (const service of Object.keys(dependencies)) add(service);
  return ordered.filter((service) => (dependencies[service] ?? []).length > 0);
}

interface Around {
  readonly ready: Ready;
  readonly mayYield: ReturnType<typeof yielding>;
  readonly releases: Readonly<Record<string, string>>;
}

/** One service after the other: its release, its new instances, until they are UP, then those that are replaced. */
export function inOrder(
  steps: Steps,
  change: Transition,
  seen: Seen,
  order: readonly string[],
  { ready, mayYield, releases }: Around,
  settled: Settled,
): Settled {
  const { desired, rollouts } = change;
  const [fresh, seenUp, rolled] = [new Map(settled.fresh), new Map(settled.seenUp), new Map(settled.rolled)];
  const { known } = settled;
  for (const service of order) {
    const others = desired.dependencies[service] ?? [];
    const before = others.flatMap((each) => settledOf(each, { known, fresh, seenUp, rolled }));
    const after = [...before, ...ready.configured];
    const release = releaseStep(steps, desired, service, releases, ({ image, machine }) => [
      ...after,
      ...ready.image(image, machine),
    ]);
    const made = lateSteps(steps, change, seen, service, ready, [...after, ...release]);
    fresh.set(service, [...(fresh.get(service) ?? []), ...made]);
    const up = awaitSteps(steps, change, seen, service, made);
    seenUp.set(service, up);
    const own = { rollouts: rollouts.filter((each) => each.service === service) };
    const around = { ready, mayYield, first: new Map(), known: [...after, ...release, ...made, ...up] };
    for (const [name, all] of replaceSteps(steps, own, seen, around)) rolled.set(name, all);
  }
  return { known, fresh, seenUp, rolled };
}

/** Every balancer knows them already, and lets them in as they answer. */
function awaitSteps(
  steps: Steps,
  { desired, interim }: Transition,
  { unknown }: Seen,
  service: string,
  made: readonly FreshStep[],
): readonly Step[] {
  const awaits = made.filter(({ instance }) => !instance.cold).map(({ instance }) => instance.name);
  if (awaits.length === 0 || unknown.places) return [];
  return desired.balancers.flatMap((balancer) => {
    const config = interim.get(balancer.name) ?? balancer.final;
    const body = { kind: 'balancer.configure', balancer, config, load: false, asks: [], awaits } as const;
    return steps.add(`await ${service} ${balancer.name}`, body, `${service} starts`, made);
  });
}
