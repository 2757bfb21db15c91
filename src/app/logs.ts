import { RelevoError } from '../domain/failure.ts';
import type { LxdInstance } from '../ports/lxd.ts';
import { labelsOf } from '../render/labels.ts';
import { type Following, followJournal, showJournal } from './journals.ts';
import { openCluster, type Project } from './project.ts';

export interface LogsWanted {
  /** An instance or a service; absent: all of them. */
  readonly name?: string | undefined;
  /** So many of each. */
  readonly lines: number;
  /** Goes on as lines come, until the signal. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Where lines go: `begin` is told whose they will be. */
export interface LogsSink extends Pick<Following, 'print' | 'note'> {
  begin(instances: readonly string[]): void;
}

/** The journals of an instance, of a service, or of all. */
export async function logs(project: Project, wanted: LogsWanted, sink: LogsSink): Promise<void> {
  await using lxd = await openCluster(project);
  const chosen = choose(await lxd.instances.list(), wanted.name);
  sink.begin(chosen);
  const { print, note } = sink;
  const following = { instances: lxd.instances, clock: project.doors.system, signal: wanted.signal, print, note };
  const show = wanted.follow ? followJournal : showJournal;
  await Promise.all(chosen.map((name) => show(following, name, wanted.lines)));
}

function choose(all: readonly LxdInstance[], wanted: string | undefined): string[] {
  const running = all.filter(({ status }) => status === 'Running');
  const chosen = running.filter(
    ({ name, config }) => wanted === undefined || name === wanted || labelsOf(config).service === wanted,
  );
  if (chosen.length > 0) return chosen.map(({ name }) => name);
  const names = running.map(({ name }) => name).sort();
  throw new RelevoError({
    code: 'not-found',
    message: wanted === undefined ? 'no instance runs' : `no running instance or service is called ${wanted}`,
    hint: names.length === 0 ? 'start them with `relevo start`' : `there are: ${names.join(', ')}`,
  });
}
