import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { ObservedInstance } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import { isUp, type Seen } from './seen.ts';

/** How instances of a service that serve are taken away and come back. */
export interface Strategy {
  /** Additional ones that serve meanwhile. */
  readonly surge: number;
  /** So many are away at once. */
  readonly parallel: number;
  /**
   * `idle-first`: those that are stopped, all at once; then those that nobody misses now, and those that serve last. One that runs
   * and is not UP in the plan may be UP when its turn comes, so it counts as one that is away.
   */
  readonly order: 'idle-first' | 'by-number';
}

/** One that must be recreated, and why. */
export interface Replacement {
  readonly instance: InstancePlan;
  /** The machine that it is on. */
  readonly from: string;
  readonly reason: string;
}

/** The replacements of one service. */
export interface Rollout {
  readonly service: string;
  readonly strategy: Strategy;
  readonly replacements: readonly Replacement[];
}

/** One in ten of those that serve may be away at once, at least one; a single one is replaced while another one stands in. */
export function strategyOf(instances: readonly InstancePlan[]): Strategy {
  const serving = instances.filter(({ cold }) => !cold).length;
  return { surge: serving === 1 ? 1 : 0, parallel: Math.max(1, Math.floor(serving / 10)), order: 'idle-first' };
}

/** Services of which nothing is replaced are left out. */
export function rolloutsOf({ instances }: Desired, seen: Seen): Rollout[] {
  return [...Map.groupBy(instances, ({ service }) => service)].flatMap(([service, own]) => {
    const replacements = own.flatMap((instance) => {
      const existing = seen.there.get(instance.name);
      const reason = existing?.complete ? replaceReason(instance, existing) : undefined;
      return existing && reason !== undefined ? [{ instance, from: existing.machine, reason }] : [];
    });
    return replacements.length === 0 ? [] : [{ service, strategy: strategyOf(own), replacements }];
  });
}

/** Why an instance must be recreated; undefined where it may stay. */
export function replaceReason(instance: InstancePlan, existing: ObservedInstance): string | undefined {
  if (existing.machine !== instance.machine) return `moves from ${existing.machine} to ${instance.machine}`;
  if (existing.image !== instance.image) return 'its image changed';
  if (existing.hash !== instance.hash) return 'its files, environment or secrets changed';
  return undefined;
}

/** Whether it may serve by the time its turn comes. */
export function runs({ name }: InstancePlan, seen: Seen): boolean {
  return seen.there.get(name)?.state !== 'stopped';
}

/** Whether somebody would miss it now. */
export function serves({ name }: InstancePlan, seen: Seen): boolean {
  return seen.there.get(name)?.state === 'running' && (seen.servers === null || isUp(name, seen));
}

/** What the next step of a service comes after, so that no more than its strategy allows are away at once. */
export class Lanes {
  readonly #strategy: Strategy;
  readonly #stopped: Step[] = [];
  readonly #running: Step[] = [];

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  /** `runs`: whether its instance does. Those that do not come first where the strategy says so. */
  before(runs: boolean): readonly Step[] {
    if (!runs && this.#strategy.order === 'idle-first') return [];
    const last = this.#running.at(-this.#strategy.parallel);
    return last === undefined ? this.#stopped : [last];
  }

  add(steps: readonly Step[], runs: boolean): void {
    (runs ? this.#running : this.#stopped).push(...steps);
  }

  /** After these all of them are done. */
  get ends(): readonly Step[] {
    return this.#running.length === 0 ? this.#stopped : this.#running.slice(-this.#strategy.parallel);
  }
}
