import type { Observed, ObservedCluster, ObservedInstance } from '../domain/observed.ts';
import type { RunState } from '../domain/status.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { Lxd, LxdInstance } from '../ports/lxd.ts';
import type { ObservedProvider, Provider } from '../ports/provider.ts';
import { marksImage } from '../render/marks-image.ts';
import { serverStates } from './haproxy.ts';
import { drainedMachines, isMark } from './marks.ts';
import { seedKind, seedOf } from './seeds.ts';
import { holdsAddress } from './vrrp.ts';

export interface Eyes {
  readonly provider: Provider;
  readonly access: ClusterAccess;
  readonly cachedImages: () => Promise<readonly string[]>;
  /** The cluster's project that holds the instances. */
  readonly project: string;
}

/** Reads the whole world once. */
export async function observe(eyes: Eyes): Promise<Observed> {
  const [ground, cached] = await Promise.all([eyes.provider.observe(), eyes.cachedImages()]);
  return { ...ground, cached, cluster: await observeCluster(eyes, ground) };
}

/** Null where members are off: what can't be read is unknown, not absent. */
async function observeCluster(eyes: Eyes, ground: ObservedProvider): Promise<ObservedCluster | null> {
  const joined = ground.machines.filter((machine) => machine.joined);
  const running = joined.filter((machine) => machine.state === 'running');
  if (joined.length === 0 || running.length * 2 <= joined.length) return null;
  await using root = await eyes.access.connect(running.map((machine) => machine.address));
  return await readCluster(root, eyes.project); // awaited here: the connection is closed at the end of this block
}

async function readCluster(root: Lxd, project: string): Promise<ObservedCluster> {
  const [members, found] = await Promise.all([root.cluster.members(), root.projects.get(project)]);
  const shown = members.map(({ name, status, message }) => ({ name, message, state: status.toUpperCase() }));
  const nothing = { images: [], instances: [], unread: [], servers: null, holders: [], lost: [], drained: [] };
  if (found === undefined) return { members: shown, configured: false, ...nothing };
  const lxd = root.project(project);
  const { images, seeds, ...inside } = await readProject(lxd);
  const unpackedOn = (alias: string) =>
    seeds.filter(({ name }) => seedOf(name) === alias).map(({ location }) => location);
  return {
    ...{ ...inside, members: shown, lost: [] },
    images: images.map((image) => ({ ...image, unpackedOn: unpackedOn(image.alias) })),
    ...(await seenByBalancers(lxd, inside.instances)),
  };
}

/** What who may look into this one project alone can know of it. */
export async function readProject(lxd: Lxd) {
  const [images, instances] = await Promise.all([lxd.images.list(), lxd.instances.survey()]);
  const own = instances.read.filter(({ config }) => /^(service|balancer)$/.test(config['user.relevo.kind'] ?? ''));
  const names = images.flatMap(({ aliases, fingerprint }) => aliases.map((alias) => ({ alias, fingerprint })));
  return {
    /** Also what all must agree on has its place: an interrupted `configure` is done again. */
    configured: names.some(({ alias }) => alias === marksImage.alias),
    images: names.filter(({ alias }) => !isMark(alias)),
    instances: own.map(observedInstance),
    seeds: [
      ...instances.read.filter(({ config }) => config['user.relevo.kind'] === seedKind),
      ...instances.unread.filter(({ name }) => seedOf(name) !== undefined),
    ],
    unread: instances.unread
      .filter(({ name }) => seedOf(name) === undefined)
      .map(({ name, location }) => ({ name, machine: location })),
    drained: drainedMachines(names.map(({ alias }) => alias)),
  };
}

async function seenByBalancers(
  lxd: Lxd,
  instances: readonly ObservedInstance[],
): Promise<Pick<ObservedCluster, 'servers' | 'holders'>> {
  const balancers = instances.filter(
    ({ kind, state, complete }) => kind === 'balancer' && state === 'running' && complete,
  );
  const [servers, holders] = await Promise.all([
    firstServerStates(lxd, balancers),
    Promise.all(balancers.map(async ({ name }) => ((await holdsAddress(lxd, name)) ? [name] : []))),
  ]);
  return { servers, holders: holders.flat() };
}

async function firstServerStates(
  lxd: Lxd,
  balancers: readonly ObservedInstance[],
): Promise<ObservedCluster['servers']> {
  for (const { name } of balancers) {
    const states = await serverStates(lxd, name);
    if (states !== null) return states;
  }
  return null;
}

export function observedInstance({ name, config, location, status }: LxdInstance): ObservedInstance {
  const own = (key: string) => config[`user.relevo.${key}`] ?? '';
  return {
    ...{ name, machine: location },
    kind: own('kind') === 'balancer' ? 'balancer' : 'service',
    service: own('service'),
    number: Number(own('number')),
    role: own('role') === 'backup' ? 'backup' : 'primary',
    slot: Number(own('slot')),
    port: Number(own('port')),
    healthPath: own('health'),
    state: runState(status),
    hash: own('hash'),
    image: own('image'),
    limits: { cpu: config['limits.cpu'] ?? '', memory: config['limits.memory'] ?? '' },
    complete: own('complete') === 'true',
    configHash: own('config'),
    checksHash: own('checks'),
    forwards: own('forwards'),
    controllerHash: own('controller'),
  };
}

function runState(status: string): RunState {
  if (status === 'Running') return 'running';
  return status === 'Stopped' ? 'stopped' : 'unknown';
}
