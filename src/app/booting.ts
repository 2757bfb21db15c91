import type { Planner } from '../apply/up.ts';
import type { Observed } from '../domain/observed.ts';
import { unknownFailure } from '../plan/unknown.ts';
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

function bootingOf({ machines }: Observed): string[] {
  return machines.flatMap(({ name, upFor }) => (upFor !== undefined && upFor < bootLimit ? [name] : []));
}
