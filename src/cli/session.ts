import { randomUUID } from 'node:crypto';
import { readAssets, whyUnreadable } from '../apply/assets.ts';
import type { Context } from '../apply/context.ts';
import type { Planner } from '../apply/up.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Observed } from '../domain/observed.ts';
import type { Assets, Spec } from '../domain/spec.ts';
import { observe } from '../observe/observe.ts';
import type { ImageCache } from '../ports/cache.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { ControllerSource } from '../ports/controller.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { BaseImages, Provider } from '../ports/provider.ts';
import type { System } from '../ports/system.ts';
import { WriteSession } from '../reconcile/write-session.ts';
import { controllerFiles } from '../render/controller.ts';
import { statsPasswordAsset } from '../render/haproxy-stats.ts';
import { type Loaded, loadSpec, type PointAt } from '../spec/load.ts';

/** The doors to the world that `main.ts` opens for one project. */
export interface Doors {
  readonly system: System;
  readonly provider: Provider;
  readonly access: ClusterAccess;
  readonly bases: BaseImages;
  readonly cache: ImageCache;
  readonly controller: ControllerSource;
  close(): Promise<void>;
}

/** The user's file, read and checked. */
export interface ReadFile {
  readonly spec: Spec;
  readonly at: PointAt;
}

/** Nothing but the file is touched, and that is only read. `edit`: what it says instead. */
export async function readSpec(
  file: string,
  system: System,
  edit: (text: string) => string = (text) => text,
): Promise<ReadFile & { readonly text: string }> {
  const bytes = await system.files.read(file).catch((error: NodeJS.ErrnoException) => {
    throw new RelevoError({ code: 'not-found', message: `${file} can't be read: ${whyUnreadable(error)}` });
  });
  if (bytes === undefined) {
    throw new RelevoError({
      code: 'not-found',
      message: `there is no file ${file}`,
      hint: 'name one with -f FILE, or write one with `relevo init`',
    });
  }
  const read = accepted(file, loadSpec(file, bytes));
  const before = new TextDecoder().decode(bytes);
  const text = edit(before);
  return text === before
    ? { ...read, text }
    : { ...accepted(file, loadSpec(file, new TextEncoder().encode(text))), text };
}

function accepted(file: string, loaded: Loaded): ReadFile {
  if (loaded.ok) return loaded;
  throw new RelevoError({ code: 'invalid-file', message: `${file} is not valid`, diagnostics: loaded.diagnostics });
}

export function eyesOf(spec: Spec, { provider, access, cache }: Doors) {
  return { provider, access, cachedImages: () => cache.list(), project: spec.name };
}

/** `session`: under which its plans are carried out. */
export async function plannerOf(
  { spec, at }: ReadFile,
  directory: string,
  doors: Doors,
  session: WriteSession = writeSession(doors, 'plan'),
): Promise<Planner> {
  const read = await readAssets(spec, at, directory, doors.system);
  const assets = await withOwnSecrets(spec, { ...read, controller: await doors.controller.assets() }, doors.access);
  return {
    ...{ spec, assets },
    observe: () => observe(eyesOf(spec, doors)),
    context: (desired, observed) => contextOf(desired, observed, doors, session),
  };
}

/** What the user need not think of: passwords that are made once and kept. */
async function withOwnSecrets(spec: Spec, assets: Assets, access: ClusterAccess): Promise<Assets> {
  if (spec.balancer.stats === undefined) return assets;
  const password = await access.secret('stats.password');
  return { ...assets, secrets: { ...assets.secrets, [statsPasswordAsset]: password } };
}

function contextOf(desired: Context['desired'], observed: Observed, doors: Doors, session: WriteSession): Context {
  const { provider, access, bases, cache, system, controller } = doors;
  let root: Promise<Lxd> | undefined;
  let keys: ReturnType<typeof trustedKeys> | undefined;
  return {
    prepared: observed.prepared,
    readable: observed.cluster !== null,
    configured: hasProject(observed),
    joined: observed.machines.filter((machine) => machine.joined).map((machine) => machine.name),
    ...{ desired, provider, access, bases, cache, clock: system, programs: { node: controller.node } },
    async controllerFiles(config) {
      keys ??= this.cluster() // once, for all balancers
        .then((cluster) => trustedKeys(cluster.root, desired.name, access))
        .catch((error) => {
          keys = undefined; // who is refused and tries again asks again
          throw error;
        });
      const program = await controller.program();
      return controllerFiles({ ...(await keys), config, program });
    },
    lead: () =>
      session.open(async () => (await access.connect(memberAddresses(desired, observed))).project(desired.name)),
    mayGoOn: () => session.ready(),
    close: async () => (await root)?.close(),
    async cluster() {
      root ??= access.connect(memberAddresses(desired, observed));
      const connected = (await root).guardedBy(session.mayWrite);
      return { root: connected, lxd: connected.project(desired.name) };
    },
  };
}

/** Also where the image that carries the lease was deleted: controllers may be at work there all the same. */
function hasProject({ cluster }: Observed): boolean {
  return cluster !== null && (cluster.configured || cluster.instances.length + cluster.images.length > 0);
}

/** What controllers show the cluster, which knows it then. */
async function trustedKeys(root: Lxd, project: string, access: ClusterAccess) {
  const { key, certificate } = await access.controllerKeys();
  await root.trust('relevo-controller', certificate, [project]);
  return { key, certificate, cluster: await access.clusterCertificate() };
}

/** Members first, and those that run before the others: a machine that has yet to join can't answer for the cluster. */
function memberAddresses(desired: Context['desired'], observed: Observed): string[] {
  const members = observed.machines.filter((machine) => machine.joined);
  const running = members.filter(({ state }) => state === 'running');
  const joined = [...new Set([...running, ...members])].map((machine) => machine.address);
  return joined.length > 0 ? joined : desired.machines.slice(0, 1).map((machine) => machine.address);
}

/** One command's right to write into the cluster; nothing happens before it is opened. */
export function writeSession({ system }: Pick<Doors, 'system'>, command: string): WriteSession {
  const holder = `relevo ${command}, pid ${process.pid}, since ${system.now().toISOString()}`;
  return new WriteSession(system, { holder, nonce: randomUUID() });
}

/** The project's cluster, for commands that look or reach inside. */
export async function openCluster(spec: Spec, doors: Doors): Promise<{ root: Lxd; lxd: Lxd }> {
  const { machines } = await doors.provider.observe();
  const running = machines.filter((machine) => machine.joined && machine.state === 'running');
  if (running.length === 0) {
    throw new RelevoError({
      code: 'not-found',
      message: `${spec.name} is not running`,
      hint: 'bring it up with `relevo up`',
    });
  }
  const root = await doors.access.connect(running.map((machine) => machine.address));
  return { root, lxd: root.project(spec.name) };
}
