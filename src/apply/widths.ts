import type { Step } from '../domain/step.ts';
import { subjectOf } from './summary.ts';

/** What a step is done to. A record, so that a new kind of step does not compile before somebody has thought of it. */
const objects = {
  'provider.prepare': 'host',
  'base.prepare': 'host',
  'image.build': 'host',
  'machine.create': 'host',
  'machine.start': 'host',
  'machine.delete': 'host',
  'cluster.bootstrap': 'membership',
  'cluster.join': 'membership',
  'cluster.leave': 'membership',
  'cluster.configure': 'cluster',
  'image.import': 'cluster',
  'image.delete': 'cluster',
  publish: 'host',
  'image.warm': 'seed',
  'release.run': 'release',
  'instance.create': 'instance',
  'instance.start': 'instance',
  'instance.stop': 'instance',
  'instance.restart': 'instance',
  'instance.revive': 'instance',
  'instance.update': 'instance',
  'instance.replace': 'instance',
  'instance.delete': 'instance',
  'balancer.create': 'balancer',
  'balancer.start': 'balancer',
  'balancer.replace': 'balancer',
  'balancer.delete': 'balancer',
  'balancer.configure': 'balancer',
  'balancer.update': 'balancer',
  'controller.configure': 'controller',
} as const satisfies Record<Step['kind'], string>;

export function objectOf({ kind }: Step): (typeof objects)[Step['kind']] {
  return objects[kind];
}

/** Steps on objects of one kind that a controller has under way at once, at most. */
export const controllerWidths: Readonly<Record<string, number>> = { instance: 6, balancer: 2, controller: 2 };

/** What is done by whoever may speak to the cluster: this host, or a controller. */
export type InsideStep = Extract<Step, { kind: `instance.${string}` | `balancer.${string}` | 'controller.configure' }>;

export function isInside(step: Step): step is InsideStep {
  return objectOf(step) in controllerWidths;
}

/** Where steps of `up` get in one another's way. */
export type Lane = 'host' | 'membership' | 'cluster' | 'inside';

export function laneOf(step: Step): Lane {
  const object = objectOf(step);
  return object === 'host' || object === 'membership' || object === 'cluster' ? object : 'inside';
}

/** Of one lane and, inside of the cluster, on one machine. */
const most = 6;

/** On average on each machine, where there are many. */
const onEach = 2;

/**
 * Steps under way: what is done on the machines themselves grows with their number, and no single one of them has too much to
 * do at once. Members join and leave one after another: each changes who holds LXD's database, and side by side they fail
 * (Canonical's MicroCloud joins them so for that reason, https://github.com/canonical/microcloud/pull/156).
 */
export class Widths {
  readonly #limits: Readonly<Record<Lane, number>>;
  readonly #lanes = new Map<string, number>();

  constructor(steps: readonly Step[]) {
    const machines = new Set(steps.flatMap((step) => subjectOf(step).machine ?? [])).size;
    this.#limits = { host: most, membership: 1, cluster: most, inside: Math.max(most, machines * onEach) };
  }

  /** Whether another step of this lane may begin, wherever. */
  isOpen(lane: Lane): boolean {
    return this.#of(lane) < this.#limits[lane];
  }

  /** False where there is no room for it; else it counts until it leaves. */
  enter(step: Step): boolean {
    const lane = laneOf(step);
    const isFree = this.isOpen(lane) && this.#of(machineKey(step, lane)) < most;
    if (isFree) this.#add(step, 1);
    return isFree;
  }

  leave(step: Step): void {
    this.#add(step, -1);
  }

  #add(step: Step, count: number): void {
    const lane = laneOf(step);
    for (const key of [lane, machineKey(step, lane)]) this.#lanes.set(key, this.#of(key) + count);
  }

  #of(key: string): number {
    return this.#lanes.get(key) ?? 0;
  }
}

function machineKey(step: Step, lane: Lane): string {
  return `${lane} on ${subjectOf(step).machine}`;
}
