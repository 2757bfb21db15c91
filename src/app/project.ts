import { dirname } from 'node:path';
import { readAssets } from '../apply/assets.ts';
import { refuse } from '../apply/preflight.ts';
import type { Emit } from '../domain/event.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import { minorityOf } from '../observe/majority.ts';
import type { ImageCache } from '../ports/cache.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { ControllerSource } from '../ports/controller.ts';
import type { Host } from '../ports/host.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { BaseImages, Provider, ProviderKind, Providers } from '../ports/provider.ts';
import type { System } from '../ports/system.ts';
import { WriteSession } from '../reconcile/write-session.ts';
import type { NamedFile, ReadFile } from './file.ts';
import { type MendConsent, prepareHost, requireHost } from './host.ts';

/** The doors to the world that one project's use cases go through. */
export interface Doors {
  readonly system: System;
  readonly provider: Provider;
  readonly access: ClusterAccess;
  readonly bases: BaseImages;
  readonly cache: ImageCache;
  readonly controller: ControllerSource;
  close(): Promise<void>;
}

/** What projects are opened in. */
export interface Outside {
  providers(): Promise<Providers>;
  /** `from`: the directory of the user's file, absolute. */
  openDoors(spec: Spec, from: string): Promise<Doors>;
  /** One use case that changes something at a time on one project. */
  lock(spec: Spec, holder: string): Promise<AsyncDisposable>;
}

/** The user's file, and who wants something of it. */
export interface Opening extends ReadFile {
  readonly file: NamedFile;
  /** As it was read, or as it shall be. */
  readonly text: string;
  /** Who does it, for people: `relevo up, pid 4711, since …`. Controllers and other commands are told. */
  readonly holder: string;
  /** Where events go. */
  readonly emit: Emit;
}

/** What every use case on one project works with. */
export interface Project extends Opening {
  readonly doors: Doors;
  readonly host: Host;
  /** What the machines stand on was started for this use case: they are on their way. */
  readonly boots: boolean;
}

export interface Needs {
  /** No other such use case may work on the project meanwhile. */
  readonly exclusive?: boolean;
  /** Asked before what the host lacks is installed and started; absent: that it lacks something is an error. */
  readonly mend?: MendConsent | undefined;
}

/** Opens the doors to the project for one use case, and closes them. */
export async function withProject<T>(
  outside: Outside,
  opening: Opening,
  { exclusive = false, mend }: Needs,
  body: (project: Project) => Promise<T>,
): Promise<T> {
  const { host } = await kindOf(outside, opening);
  await using _lock = exclusive ? await outside.lock(opening.spec, opening.holder) : undefined;
  const boots = mend !== undefined && (await prepareHost(host, mend));
  if (mend === undefined) await requireHost(host);
  const doors = await outside.openDoors(opening.spec, directoryOf(opening));
  try {
    return await body({ ...opening, doors, host, boots });
  } finally {
    await doors.close();
  }
}

/** The kind of machines that the file wants. Throws where they can't follow it. */
export async function kindOf(outside: Outside, { spec, at }: ReadFile): Promise<ProviderKind> {
  const kind = (await outside.providers())[spec.machines.provider];
  refuse(kind.refuses(spec), at);
  return kind;
}

type NamedReader = Pick<System, 'env' | 'files' | 'certificate' | 'now'>;

/** Throws where what the file names is missing or wrong. */
export async function checkNamed(opening: Opening, system: NamedReader): Promise<void> {
  await readAssets(opening.spec, opening.at, directoryOf(opening), system);
}

/** What the file names lies beside it. */
export function directoryOf({ file }: Pick<Opening, 'file'>): string {
  return dirname(file.path);
}

/** Milliseconds in which controllers end what they do, where the command goes on in any case. */
export const controllersMayTake = 20_000;

/** The right to write into the cluster; nothing happens before it is opened. */
export function writeSession({ holder, doors: { system } }: Pick<Project, 'holder' | 'doors'>): WriteSession {
  return new WriteSession(system, { holder, nonce: system.uuid() });
}

/** The project in its cluster, for use cases that look or reach inside. */
export async function openCluster({ spec, doors }: Pick<Project, 'spec' | 'doors'>): Promise<Lxd> {
  const { machines } = await doors.provider.observe();
  const joined = machines.filter((machine) => machine.joined);
  const running = joined.filter((machine) => machine.state === 'running');
  if (running.length === 0) {
    throw new RelevoError({
      code: 'not-found',
      message: `${spec.name} is not running`,
      hint: 'bring it up with `relevo up`',
    });
  }
  const minority = minorityOf(joined);
  if (minority !== undefined) throw new RelevoError(minority);
  const root = await doors.access.connect(running.map((machine) => machine.address));
  return root.project(spec.name);
}

/** Throws where it is none of those; `message`: what there is not. */
export function mustBeKnown(name: string, known: readonly string[], message: string): void {
  if (known.includes(name)) return;
  throw new RelevoError({ code: 'not-found', message, hint: `there are: ${known.join(', ')}` });
}
