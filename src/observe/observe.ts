import { RelevoError } from '../domain/failure.ts';
import { type Intent, noIntent } from '../domain/intent.ts';
import type { Observed, ObservedCluster, ObservedInstance } from '../domain/observed.ts';
import { isUp } from '../domain/server.ts';
import type { RunState } from '../domain/status.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { Lxd, LxdInstance } from '../ports/lxd.ts';
import type { ObservedProvider, Provider } from '../ports/provider.ts';
import { configFile } from '../render/haproxy.ts';
import { labelsOf } from '../render/labels.ts';
import { limitsIn } from '../render/limits.ts';
import { marksImage } from '../render/marks-image.ts';
import { serverStates } from './haproxy.ts';
import { intentOf } from './intent-record.ts';
import { minorityOf } from './majority.ts';
import { intentMark, isMark, releasesIn } from './marks.ts';
import { seedKind, seedOf } from './seeds.ts';
import { holdsAddress } from './vrrp.ts';
import { withSlots } from './whereabouts.ts';

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
  return { ...ground, cached, ...(await observeCluster(eyes, ground)) };
}

/** Null where members are off, or do not answer: what can't be read is unknown, not absent. */
async function observeCluster(eyes: Eyes, ground: ObservedProvider): Promise<Pick<Observed, 'cluster' | 'unreadable'>> {
  const joined = ground.machines.filter((machine) => machine.joined);
  const running = joined.filter((machine) => machine.state === 'running');
  if (running.length === 0) return { cluster: null };
  const minority = minorityOf(joined);
  if (minority !== undefined) return { cluster: null, unreadable: minority };
  try {
    await using root = await eyes.access.connect(running.map((machine) => machine.address));
    return { cluster: await readCluster(root, eyes.project) };
  } catch (error) {
    if (!isSilence(error)) throw error;
    const { failure } = error;
    return { cluster: null, unreadable: { ...failure, message: `the cluster can't be read: ${failure.message}` } };
  }
}

function isSilence(error: unknown): error is RelevoError {
  return error instanceof RelevoError && /^(unreachable|failed)$/.test(error.failure.code);
}

/** Null where who was asked does not answer. Any other error is thrown. */
async function orSilence<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (isSilence(error)) return null;
    throw error;
  });
}

async function readCluster(root: Lxd, project: string): Promise<ObservedCluster> {
  const [members, found] = await Promise.all([root.cluster.members(), root.projects.get(project)]);
  const shown = members.map(({ name, status, message }) => ({ name, message, state: status.toUpperCase() }));
  const nothing = {
    images: [],
    instances: [],
    unread: [],
    servers: null,
    mute: [],
    holders: [],
    intent: noIntent,
    releases: {},
  };
  if (found === undefined) return { members: shown, configured: false, ...nothing };
  const lxd = root.project(project);
  const [{ images, seeds, ...inside }, releases] = await Promise.all([readProject(lxd), readReleases(lxd)]);
  const unpackedOn = (alias: string) =>
    seeds.filter(({ name }) => seedOf(name) === alias).map(({ location }) => location);
  return {
    ...{ ...inside, releases, members: shown },
    unread: inside.unread.length === 0 ? [] : withSlots(inside.unread, await configOf(lxd, inside.instances)),
    images: images.map((image) => ({ ...image, unpackedOn: unpackedOn(image.alias) })),
    ...(await seenByBalancers(lxd, inside.instances)),
  };
}

async function readReleases(lxd: Lxd): Promise<Record<string, string>> {
  return releasesIn(await lxd.images.aliases());
}

type Unreadable = (error: RelevoError) => Intent;

const refused: Unreadable = (error) => {
  throw error;
};

/** What who may look into this one project alone can know of it. `instead`: what holds where the intent can't be read. */
export async function readProject(lxd: Lxd, instead: Unreadable = refused) {
  const [images, instances] = await Promise.all([lxd.images.list(), lxd.instances.survey()]);
  const own = instances.read.filter(({ config }) => /^(service|balancer)$/.test(labelsOf(config).kind ?? ''));
  const names = images.flatMap(({ aliases, fingerprint }) => aliases.map((alias) => ({ alias, fingerprint })));
  return {
    /** Also what all must agree on has its place: an interrupted `configure` is done again. */
    configured: names.some(({ alias }) => alias === marksImage.alias),
    images: names.filter(({ alias }) => !isMark(alias)),
    instances: own.map(observedInstance),
    seeds: [
      ...instances.read.filter(({ config }) => labelsOf(config).kind === seedKind),
      ...instances.unread.filter(({ name }) => seedOf(name) !== undefined),
    ],
    unread: instances.unread
      .filter(({ name }) => seedOf(name) === undefined)
      .map(({ name, location }) => ({ name, machine: location })),
    intent: names.some(({ alias }) => alias === intentMark) ? await readIntent(lxd, instead) : noIntent,
  };
}

async function readIntent(lxd: Lxd, instead: Unreadable): Promise<Intent> {
  const known = await lxd.images.readAlias(intentMark);
  try {
    return known === undefined ? noIntent : intentOf(known.description);
  } catch (error) {
    if (error instanceof RelevoError) return instead(error);
    throw error;
  }
}

function balancersIn(instances: readonly ObservedInstance[]): readonly string[] {
  const running = instances.filter(
    ({ kind, state, complete }) => kind === 'balancer' && state === 'running' && complete,
  );
  return running.map(({ name }) => name);
}

/** haproxy.cfg, from the first balancer that answers. */
async function configOf(lxd: Lxd, instances: readonly ObservedInstance[]): Promise<string | undefined> {
  for (const balancer of balancersIn(instances)) {
    const bytes = await orSilence(lxd.instances.readFile(balancer, configFile));
    if (bytes !== null && bytes !== undefined) return new TextDecoder().decode(bytes);
  }
  return undefined;
}

async function seenByBalancers(
  lxd: Lxd,
  instances: readonly ObservedInstance[],
): Promise<Pick<ObservedCluster, 'servers' | 'mute' | 'holders'>> {
  const asked = balancersIn(instances).map(async (name) => {
    const [states, holds] = await Promise.all([orSilence(serverStates(lxd, name)), orSilence(holdsAddress(lxd, name))]);
    return { name, states, holds };
  });
  const all = await Promise.all(asked);
  return {
    servers: worstOf(all.flatMap(({ states }) => (states === null ? [] : [states]))),
    mute: all.filter(({ states }) => states === null).map(({ name }) => name),
    holders: all.filter(({ holds }) => holds === true).map(({ name }) => name),
  };
}

/** UP is who is so for all: one that a balancer has out of its rotation is to be brought back. Null where none answers. */
function worstOf(all: readonly Readonly<Record<string, string>>[]): Record<string, string> | null {
  if (all.length === 0) return null;
  const seen = all.flatMap((states) => Object.entries(states));
  const { true: up = [], false: down = [] } = Object.groupBy(seen, ([, state]) => `${isUp(state)}` as const);
  return Object.fromEntries([...up, ...down]);
}

export function observedInstance({ name, config, devices, location, status }: LxdInstance): ObservedInstance {
  const { kind, role, number = 0, slot = 0, port = 0, further = [], complete = false, ...labels } = labelsOf(config);
  const { service = '', image = '', hash = '', health = '', config: configHash = '', checks = '' } = labels;
  return {
    ...{ name, number, slot, port, further, complete, service, image, hash, configHash },
    machine: location,
    kind: kind === 'balancer' ? 'balancer' : 'service',
    role: role === 'backup' ? 'backup' : 'primary',
    state: runState(status),
    checkMark: health,
    limits: limitsIn(config, devices),
    ...(labels.grace !== undefined && { grace: labels.grace }),
    checksHash: checks,
    forwards: labels.forwards ?? '',
    controllerHash: labels.controller ?? '',
  };
}

function runState(status: string): RunState {
  if (status === 'Running') return 'running';
  return status === 'Stopped' ? 'stopped' : 'unknown';
}
