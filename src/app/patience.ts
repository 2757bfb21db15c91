import type { Planner } from '../apply/up.ts';
import type { Observed, ObservedMachine } from '../domain/observed.ts';
import { unknownFailure, unknownOf } from '../plan/unknown.ts';
import { viewOf } from '../plan/view.ts';
import type { Project } from './project.ts';

/** Seconds from a machine's boot in which its LXD may be on its way, and be taken for a member again by the others. */
const bootLimit = 120;

/** Seconds in which an LXD answers again that had too much to do: the others miss it after 20 s. */
const pauseLimit = 10;

/**
 * Looks again where an LXD is silent though its machine runs: for a moment, and after a power cut, when machines run before
 * their LXD answers, as long as a boot takes. What is still unknown then is told by the plan. `boots`: all machines are on
 * their way, those that are off as well.
 */
export function patient(planner: Planner, { boots, emit, doors: { system } }: Project): Planner {
  const observe = async () => {
    const began = system.elapsed();
    for (let told = false; ; await system.sleep(1000)) {
      const observed = await planner.observe();
      if (unknownFailure(observed) === undefined) return observed;
      const silent = silentOf(observed);
      const fresh = silent.filter(isFresh).map(({ name }) => name);
      const isBoot = boots || fresh.length > 0;
      if (!isBoot && silent.length === 0) return observed;
      if (system.elapsed() - began >= (isBoot ? bootLimit : pauseLimit) * 1000) return observed;
      if (isBoot && !told) emit({ type: 'note', about: 'booting', machines: fresh });
      told ||= isBoot;
    }
  };
  return { ...planner, observe };
}

/** Below zero after its clock was set back: nobody knows. */
function isFresh({ upFor = -1 }: ObservedMachine): boolean {
  return upFor >= 0 && upFor < bootLimit;
}

/** Where nothing can be read, none unless a majority runs: they would be waited for in vain. */
function silentOf(observed: Observed): ObservedMachine[] {
  const joined = observed.machines.filter((machine) => machine.joined);
  const running = joined.filter((machine) => machine.state === 'running' || isFresh(machine));
  if (observed.unreadable !== undefined) return running.length * 2 > joined.length ? running : [];
  const { machines } = unknownOf(viewOf(observed));
  return running.filter(({ name }) => machines.has(name));
}
