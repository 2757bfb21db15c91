import type { CompiledGroup, CompiledPlan } from './compiled.ts';
import { type PhaseName, type Player, type Program, phases } from './conduct.ts';
import { GroupAtWork, type Station } from './crew.ts';
import { Phase } from './phase.ts';

/** A compiled plan in one process or worker: it plays what it is told. */
export class PlanAtWork implements Player {
  readonly program: Program;
  readonly #groups: ReadonlyMap<number, CompiledGroup>;
  readonly #station: Station;
  readonly #phases: Readonly<Record<PhaseName, Phase>>;
  #current: PhaseName = 'setUp';
  #error: { readonly cause: unknown } | undefined;
  #broken = false;

  /** @param told of what a user stopped. */
  constructor(plan: CompiledPlan, station: Station, told: (now: boolean) => void) {
    this.#station = station;
    this.#groups = new Map(phases.flatMap((phase) => plan[phase]).map((group) => [group.index, group]));
    this.#phases = { setUp: new Phase(told), main: new Phase(told), tearDown: new Phase(told) };
    const stages = (groups: readonly CompiledGroup[]) => {
      const all = groups.map(({ index }) => index);
      return plan.serialize ? all.map((index) => [index]) : [all];
    };
    this.program = {
      stages: { setUp: stages(plan.setUp), main: stages(plan.main), tearDown: stages(plan.tearDown) },
      tearDownOnShutdown: plan.tearDownOnShutdown,
    };
  }

  /** Rejects with whatever was thrown that is no sample's affair. */
  async play(name: PhaseName, indices: readonly number[]): Promise<void> {
    this.#current = name;
    const phase = this.#phases[name];
    if (this.#broken) phase.stop(true);
    const groups = indices.flatMap((index) => this.#groups.get(index) ?? []);
    await Promise.all(groups.map((group) => this.#run(group, phase)));
    if (this.#error) throw this.#error.cause;
  }

  async #run(group: CompiledGroup, phase: Phase): Promise<void> {
    const fail = (cause: unknown) => {
      this.#error ??= { cause };
      this.stop(true);
    };
    try {
      const atWork = new GroupAtWork(group, this.#station, phase.group(), fail);
      await group.start(atWork);
    } catch (error) {
      fail(error);
    }
  }

  halted(name: PhaseName): boolean {
    return this.#phases[name].halted;
  }

  /** Of the phase that is at work. */
  stop(now: boolean): void {
    this.#phases[this.#current].stop(now);
  }

  /** Now, and whatever would follow. */
  break(): void {
    this.#broken = true;
    this.stop(true);
  }
}
