import type { Note } from '../domain/event.ts';
import { RelevoError } from '../domain/failure.ts';
import { isOffline } from '../domain/member.ts';
import type { Observed } from '../domain/observed.ts';
import type { Status } from '../domain/status.ts';
import type { Space } from '../domain/storage.ts';
import { statusOf } from '../observe/status.ts';
import { poolOf } from '../plan/desire.ts';
import { certificateNotes } from './certificates.ts';
import { observeAll } from './planner.ts';
import { directoryOf, type Project } from './project.ts';

/** What `relevo status --json` prints. */
export interface StatusShown extends Status {
  readonly notes: readonly Note[];
}

export async function status(project: Project): Promise<StatusShown> {
  const { spec, doors } = project;
  const observed = await observeAll(project);
  const notes = await certificateNotes(spec.balancer, directoryOf(project), doors.system);
  return { ...statusOf(spec, observed, await spaces(project, observed)), notes };
}

/** Of the storage pool, by machine; those that don't tell in time are missing. Nobody but `relevo status` asks. */
async function spaces(
  { spec, doors }: Pick<Project, 'spec' | 'doors'>,
  { cluster, machines }: Observed,
): Promise<ReadonlyMap<string, Space>> {
  const offline = new Set(cluster?.members.filter(({ state }) => isOffline(state)).map(({ name }) => name));
  const members = machines.filter(({ name, joined, state }) => joined && state === 'running' && !offline.has(name));
  if (cluster === null || members.length === 0) return new Map();
  const spaceOn = async (name: string, address: string) => {
    await using lxd = await doors.access.connect([address]); // by another member it would be asked for once more
    return await lxd.pools.space(poolOf(spec.machines), name);
  };
  const told = members.map(async ({ name, address }) => {
    const space = await spaceOn(name, address).catch(unlessTold);
    return space === undefined ? [] : [[name, space] as const];
  });
  return new Map((await Promise.all(told)).flat());
}

function unlessTold(error: unknown): undefined {
  if (!(error instanceof RelevoError)) throw error;
}
