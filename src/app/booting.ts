import type { Planner } from '../apply/up.ts';
import type { Observed } from '../domain/observed.ts';
import { unknownFailure, unknownOf } from '../plan/unknown.ts';
import { viewOf } from '../plan/view.ts';
import type { Project } from './project.ts';

/** Seconds from a machine's boot in which its LXD may be on its way, and be taken for a member again by the others. */
const bootLimit = 120;

/**
 * After a power cut machines run before their LXD answers: for that the first look waits. What is still unknown when they
 * have had their time is told by the plan.
 */
export function afterBoot(planner: Planner, { boots, emit, doors: { system } }: Project): Planner {
  const observe = async () => {
    const end = system.elapsed() + bootLimit * 1000;
    for (let told = false; ; await system.sleep(1000)) {
      const observed = await planner.observe();
      const machines = bootingOf(observed);
      if (unknownFailure(observed) === undefined || system.elapsed() >= end) return observed;
      if (machines.length === 0 && !boots) return observed;
      if (!told) emit({ type: 'note', about: 'booting', machines });
      told = true;
    }
  };
  return { ...planner, observe };
}

/**
 * Whose LXD is missing, and may be on its way. Where nothing can be read, that is so only if a majority has power: the others
 * would be waited for in vain.
 */
function bootingOf(observed: Observed): string[] {
  const joined = observed.machines.filter((machine) => machine.joined);
  // below zero after its clock was set back: nobody knows
  const fresh = joined.filter(({ upFor = -1 }) => upFor >= 0 && upFor < bootLimit);
  const names = fresh.map(({ name }) => name);
  if (observed.unreadable === undefined) {
    const { machines } = unknownOf(viewOf(observed));
    return names.filter((name) => machines.has(name));
  }
  const withPower = joined.filter(({ state, name }) => state !== 'stopped' || names.includes(name));
  return withPower.length * 2 > joined.length ? names : [];
}
