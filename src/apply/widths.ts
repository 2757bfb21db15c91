import type { Step } from '../domain/step.ts';
import { subjectOf } from './title.ts';

/** Where steps get in one another's way. */
export type Lane = 'host' | 'membership' | 'cluster' | 'inside';

/** A record, so that a new kind of step does not compile before somebody has thought of it. */
const lanes: Readonly<Record<Step['kind'], Lane>> = {
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
  'image.warm': 'inside',
  'instance.create': 'inside',
  'instance.start': 'inside',
  'instance.stop': 'inside',
  'instance.restart': 'inside',
  'instance.revive': 'inside',
  'instance.update': 'inside',
  'instance.replace': 'inside',
  'instance.delete': 'inside',
  'balancer.create': 'inside',
  'balancer.start': 'inside',
  'balancer.replace': 'inside',
  'balancer.delete': 'inside',
  'balancer.configure': 'inside',
  'balancer.update': 'inside',
  'controller.configure': 'inside',
};

export function laneOf({ kind }: Step): Lane {
  return lanes[kind];
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
