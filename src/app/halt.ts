import { stopCleanly } from '../apply/instances.ts';
import { RelevoError } from '../domain/failure.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { Provider } from '../ports/provider.ts';
import type { WriteSession } from '../reconcile/write-session.ts';
import { controllersMayTake, type Project, writeSession } from './project.ts';

type Session = Pick<WriteSession, 'mayWrite' | 'open' | typeof Symbol.asyncDispose>;

/** Shuts all machines down. Resolves to the names of those that ran. */
export function halt(project: Project): Promise<string[]> {
  const { provider, access } = project.doors;
  return haltMachines(provider, access, project.spec.name, writeSession(project));
}

/**
 * Powers every machine off, the instances before: once most members are gone, the last ones can't stop theirs in order.
 * `session`: keeps controllers from starting them again; it ends before the last members go. Resolves to the names of the machines that ran.
 */
export async function haltMachines(
  provider: Provider,
  access: ClusterAccess,
  project: string,
  session: Session,
): Promise<string[]> {
  const running = (await provider.observe()).machines.filter((machine) => machine.state === 'running');
  const members = running.filter((machine) => machine.joined).map((machine) => machine.address);
  await provider.publish?.({ ports: [], address: '' });
  if (members.length > 0) await stopInstances(access, members, project, session);
  await Promise.all(running.map((machine) => provider.haltMachine(machine.name)));
  return running.map((machine) => machine.name);
}

/** A cluster that can't be reached is no reason to leave machines on: their own shutdown stops what they carry. */
async function stopInstances(
  access: ClusterAccess,
  members: readonly string[],
  project: string,
  session: Session,
): Promise<void> {
  await using root = await access.connect(members);
  const lxd = root.project(project).guardedBy(session.mayWrite);
  const { instances } = lxd;
  try {
    await using held = session;
    await held.open(async () => (await access.connect(members)).project(project), controllersMayTake);
    const running = (await instances.list()).filter(({ status }) => status === 'Running');
    const ends = await Promise.allSettled(running.map(({ name }) => stopCleanly(lxd, name)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason; // now that all others had their time
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
  }
}
