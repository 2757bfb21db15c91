import { readAssets } from '../apply/assets.ts';
import type { Context } from '../apply/context.ts';
import type { Planner } from '../apply/up.ts';
import type { Observed } from '../domain/observed.ts';
import type { Assets, Spec } from '../domain/spec.ts';
import { observe } from '../observe/observe.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { WriteSession } from '../reconcile/write-session.ts';
import { controllerFiles } from '../render/controller.ts';
import { statsPasswordAsset } from '../render/haproxy-stats.ts';
import { type Doors, directoryOf, type Project, writeSession } from './project.ts';

/** Reads the whole world once. */
export function observeAll({
  spec,
  doors: { provider, access, cache },
}: Pick<Project, 'spec' | 'doors'>): Promise<Observed> {
  return observe({ provider, access, cachedImages: () => cache.list(), project: spec.name });
}

/** `session`: under which its plans are carried out. */
export async function plannerOf(project: Project, session: WriteSession = writeSession(project)): Promise<Planner> {
  const { spec, at, doors } = project;
  const read = await readAssets(spec, at, directoryOf(project), doors.system);
  const assets = await withOwnSecrets(spec, { ...read, controller: await doors.controller.assets() }, doors.access);
  return {
    ...{ spec, assets },
    observe: () => observeAll(project),
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
    async lead() {
      await access.keepSecrets(); // from here on the world is changed
      return session.open(async () => (await access.connect(memberAddresses(desired, observed))).project(desired.name));
    },
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
