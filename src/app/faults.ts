import { RelevoError } from '../domain/failure.ts';
import { noIntent } from '../domain/intent.ts';
import { faultNamed } from '../faults/catalogue.ts';
import { type ActiveFault, activeFaults, heal, type Injected, inject } from '../faults/inject.ts';
import { resolveTarget, type Scene, sameTarget, type Target } from '../faults/target.ts';
import { readProject } from '../observe/observe.ts';
import { openCluster, type Project } from './project.ts';

/** Those that were injected and are not healed yet. */
export function listActive({ doors }: Project): Promise<readonly ActiveFault[]> {
  return activeFaults(doors.provider);
}

export interface FaultWish {
  readonly fault: string;
  /** As people write it: `web/1`. */
  readonly target: string;
  /** Until it heals by itself. */
  readonly seconds: number;
}

/** Breaks one thing on purpose. */
export async function injectFault(
  project: Project,
  { fault: name, target: text, seconds }: FaultWish,
): Promise<{ readonly injected: Injected; readonly target: Target }> {
  const { provider, system } = project.doors;
  const fault = faultNamed(name);
  const target = resolveTarget(text, await sceneOf(project));
  const id = system.uuid().slice(0, 8);
  return { injected: await inject(provider, { fault, target, seconds, id, now: system.now() }), target };
}

async function sceneOf(project: Project): Promise<Scene> {
  await using lxd = await openCluster(project);
  const [{ network, machines }, { instances, unread }] = await Promise.all([
    project.doors.provider.observe(),
    readProject(lxd, () => noIntent), // a fault asks for none
  ]);
  return { spec: project.spec, network, machines, instances, unread: unread.map(({ name }) => name) };
}

/** Ends one fault before its time, or all of them where none is named. Resolves to those that were healed. */
export async function healFaults(
  { doors }: Project,
  which?: Pick<FaultWish, 'fault' | 'target'>,
): Promise<readonly ActiveFault[]> {
  if (which === undefined) return heal(doors.provider, () => true);
  faultNamed(which.fault);
  const fits = (each: ActiveFault) => each.fault === which.fault && sameTarget(each.target, which.target);
  const healed = await heal(doors.provider, fits);
  if (healed.length > 0) return healed;
  const hint = '`relevo fault list --active` shows those that are';
  throw new RelevoError({ code: 'not-found', message: `${which.fault} is not on ${which.target}`, hint });
}
