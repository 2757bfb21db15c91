import type { InstancePlan } from '../domain/desired.ts';
import type { ObservedInstance } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import { sameLimits, writtenLimits } from '../render/limits.ts';
import type { Ready } from './diff-ground.ts';
import { Lanes, type Rollout, replaceReason, runs, serves } from './rollout.ts';
import type { Seen, yielding } from './seen.ts';
import type { Steps } from './steps.ts';
import type { Transition } from './transition.ts';

export type FreshStep = Extract<Step, { kind: 'instance.create' | 'instance.start' }>;

/** By service: the steps after which its new instances run. */
export type Fresh = ReadonlyMap<string, readonly FreshStep[]>;

/** Instances that no balancer counts on yet, and small changes that interrupt nothing: all side by side. */
export function freshSteps(
  steps: Steps,
  { desired, standIns }: Transition,
  seen: Seen,
  { ready, first, late }: Beginning,
): Fresh {
  const make = (instance: InstancePlan, missing: string) => {
    const existing = seen.there.get(instance.name);
    if (existing?.complete)
      return replaceReason(instance, existing) === undefined ? smallChange(steps, instance, existing) : [];
    if (late.has(instance.service)) return [];
    return create(steps, instance, seen, missing, ready, first.get(instance.service) ?? []);
  };
  const fresh = [
    ...desired.instances.flatMap((instance) => make(instance, 'not there yet')),
    ...standIns.flatMap((instance) => make(instance, standsIn(instance))),
  ];
  return Map.groupBy(fresh.filter(isFresh), ({ instance }) => instance.service);
}

/** What there must be before instances are made. */
export interface Beginning {
  readonly ready: Ready;
  /** By service: its release command. */
  readonly first: ReadonlyMap<string, readonly Step[]>;
  /** Services whose turn comes after others. */
  readonly late: ReadonlySet<string>;
}

/** The new instances of one service, `after` those that it waits for. */
export function lateSteps(
  steps: Steps,
  { desired, standIns }: Transition,
  seen: Seen,
  service: string,
  ready: Ready,
  after: readonly Step[],
): readonly FreshStep[] {
  const make = (instance: InstancePlan, missing: string) =>
    instance.service !== service || seen.there.get(instance.name)?.complete
      ? []
      : create(steps, instance, seen, missing, ready, after);
  return [
    ...desired.instances.flatMap((instance) => make(instance, 'not there yet')),
    ...standIns.flatMap((instance) => make(instance, standsIn(instance))),
  ].filter(isFresh);
}

function standsIn({ service }: InstancePlan): string {
  return `stands in while ${service}-1 is replaced`;
}

function create(
  steps: Steps,
  instance: InstancePlan,
  { there }: Seen,
  missing: string,
  ready: Ready,
  before: readonly Step[],
): readonly Step[] {
  const reason = there.has(instance.name) ? 'its creation was interrupted' : missing;
  const after = [...ready.image(instance.image, instance.machine), ...ready.configured, ...before];
  return steps.add(`instance ${instance.name}`, { kind: 'instance.create', instance }, reason, after);
}

function isFresh(step: Step): step is FreshStep {
  return step.kind === 'instance.create' || step.kind === 'instance.start';
}

function smallChange(steps: Steps, instance: InstancePlan, existing: ObservedInstance): readonly Step[] {
  const reason = updateReason(instance, existing);
  if (reason !== undefined && isAsTold(instance, existing)) update(steps, instance, reason, []);
  if (instance.cold || existing.state !== 'stopped') return [];
  return steps.add(`instance ${instance.name}`, { kind: 'instance.start', instance }, 'stopped', []);
}

function update(steps: Steps, instance: InstancePlan, reason: string, after: readonly Step[]): void {
  steps.add(`update ${instance.name}`, { kind: 'instance.update', instance }, reason, after);
}

function isAsTold(instance: InstancePlan, existing: ObservedInstance): boolean {
  return instance.checkMark === existing.checkMark;
}

/**
 * An instance bears a new health check only when it has answered it, that is after the balancers were told of it: if it is then
 * replaced, it is asked for that one to the end.
 */
export function checkSteps(steps: Steps, { desired, standIns }: Transition, seen: Seen, told: readonly Step[]): void {
  if (seen.unknown.places) return; // so they can't be told
  for (const instance of [...desired.instances, ...standIns]) {
    const existing = seen.there.get(instance.name);
    if (!existing?.complete || isAsTold(instance, existing) || replaceReason(instance, existing) !== undefined)
      continue;
    update(steps, instance, updateReason(instance, existing) ?? 'its health check changed', told);
  }
}

function updateReason(instance: InstancePlan, { role, limits, grace }: ObservedInstance): string | undefined {
  if (role !== instance.role) return instance.role === 'backup' ? 'it becomes a backup' : 'it becomes a primary';
  if (!sameLimits(limits, writtenLimits(instance.limits))) return 'its limits changed';
  return grace === instance.stopping.grace ? undefined : 'its stop grace period changed';
}

interface Around {
  /** After these each balancer counts on what is new. */
  readonly known: readonly Step[];
  readonly mayYield: ReturnType<typeof yielding>;
}

/** By service. */
export type Rolled = ReadonlyMap<string, { readonly all: readonly Step[]; readonly ends: readonly Step[] }>;

/** As each service's strategy says, those that nobody misses first, and only once every balancer knows what was added. */
export function replaceSteps(
  steps: Steps,
  { rollouts }: Pick<Transition, 'rollouts'>,
  seen: Seen,
  { ready, first, known, mayYield }: Around & Pick<Beginning, 'ready' | 'first'>,
): Rolled {
  const lanes = new Map(rollouts.map(({ service, strategy }) => [service, new Lanes(strategy)]));
  const all = new Map(rollouts.map(({ service }): [string, Step[]] => [service, []]));
  const possible = rollouts.flatMap(({ replacements }) => replacements).filter(({ instance }) => mayYield(instance));
  const replacements = possible.map((each) => ({ ...each, runs: runs(each.instance, seen) }));
  const rank = ({ instance, runs }: (typeof replacements)[number]) => Number(runs) + Number(serves(instance, seen));
  for (const { instance, from, reason, runs } of replacements.toSorted((a, b) => rank(a) - rank(b))) {
    const lane = lanes.get(instance.service) as Lanes;
    const before = [...known, ...(first.get(instance.service) ?? [])];
    const after = [...ready.image(instance.image, instance.machine), ...before, ...lane.before(runs)];
    const step = steps.add(`instance ${instance.name}`, { kind: 'instance.replace', instance, from }, reason, after);
    lane.add(step, runs);
    all.get(instance.service)?.push(...step);
  }
  return new Map([...all].map(([service, own]) => [service, { all: own, ends: lanes.get(service)?.ends ?? [] }]));
}

/** After these a service has all that this plan gives it. */
export function settledOf(service: string, { known, fresh, seenUp, rolled }: Settled): readonly Step[] {
  const own = [...(fresh.get(service) ?? []), ...(seenUp.get(service) ?? [])];
  return [...known, ...own, ...(rolled.get(service)?.ends ?? [])];
}

/** `seenUp`: by service that waited for others, the steps after which its new instances are UP. */
export interface Settled extends Pick<Around, 'known'> {
  readonly fresh: Fresh;
  readonly seenUp: ReadonlyMap<string, readonly Step[]>;
  readonly rolled: Rolled;
}

type Before = Around & Settled;

/** What is no longer wanted: drained by each balancer that still has it, then deleted. */
export function surplusSteps(steps: Steps, { surplus }: Transition, before: Before): readonly Step[] {
  return surplus.filter(before.mayYield).flatMap(({ name, service, machine, stopping }) => {
    const body = { kind: 'instance.delete', instance: name, service, machine, stopping } as const;
    return steps.add(`remove ${name}`, body, 'no longer wanted', settledOf(service, before));
  });
}

/** Backups that wait cold from now on stop last: until then one of them may be the only one that serves. */
export function restSteps(steps: Steps, { desired, rollouts }: Transition, seen: Seen, before: Before): void {
  const replaced = namesIn(rollouts);
  for (const instance of desired.instances) {
    const { name, service, cold } = instance;
    const runs = seen.there.get(name)?.state === 'running';
    if (!cold || !runs || replaced.has(name) || !before.mayYield(instance)) continue;
    steps.add(`rest ${name}`, { kind: 'instance.stop', instance }, 'it waits cold', settledOf(service, before));
  }
}

export function namesIn(rollouts: readonly Rollout[]): ReadonlySet<string> {
  return new Set(rollouts.flatMap(({ replacements }) => replacements.map(({ instance }) => instance.name)));
}
