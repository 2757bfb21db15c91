import type { MachinePlan, Published } from '../../domain/desired.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { ObservedMachine } from '../../domain/observed.ts';
import type { MachinesSpec, Spec } from '../../domain/spec.ts';
import type { RunState } from '../../domain/status.ts';
import type { Devices, Lxd, LxdInstance } from '../../ports/lxd.ts';
import type { ObservedProvider, Provider } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { deb } from '../../render/dialect.ts';
import { macOf } from '../../render/mac.ts';
import { machineRecipe } from '../../render/machine.ts';
import { surroundingsOf, surroundingsScript } from '../../render/surroundings.ts';
import { buildRange, doorAddress, machineInterface, networkAt } from './addresses.ts';
import { destroyLocal } from './destroy.ts';
import { isMachine, machineLabels } from './labels.ts';
import { type LocalNames, localNames } from './names.ts';
import { cidrOf, freeNetwork, removeStaleBridge, uplinkMtu } from './network.ts';
import { cutPower, powerCuts, restorePower } from './power.ts';
import { preflight } from './preflight.ts';
import { publish, publishedBy } from './publish.ts';
import { clusterPoolIn, makePool, poolObstacle, storageNotes } from './storage.ts';

/** What of the file decides about machines. */
export type Project = Pick<Spec, 'name' | 'machines'>;

/** For machines that were there before the project. */
type NotHere = 'decide' | 'reaches' | 'machines' | 'ways' | 'existing' | 'dialect' | 'loss' | 'upgrades' | 'poolDriver';

/**
 * Machines as system containers of this host's LXD, in a project, a pool and a network of their own.
 * `daemon`: what tells this LXD from another one on the same host, its socket's path.
 */
export function localProvider(
  { name: project, machines }: Project,
  daemon: string,
  root: Lxd,
  system: System,
): Required<Omit<Provider, NotHere>> {
  const names = localNames(project, daemon, machines.pool);
  const lxd = root.project(names.project);
  const uploads = new Map<string, Promise<void>>();
  return {
    observe: () => observe(root, lxd, names, machines, system),
    prepare: () => prepare(root, names, project, machines.hosts.length, system),
    builder: async () => ({
      ...{ lxd, pool: names.pool, network: names.network },
      offlineHint: 'does a firewall of this host drop DHCP on its bridge?',
      surroundings: async () => surroundingsOf((await system.run(['sh', '-c', surroundingsScript])).stdout),
    }),
    preflight: async (spec, observed) => (await poolObstacle(root, names)) ?? preflight(spec, observed, system),
    pool: () => clusterPoolIn(root, names),
    notes: () => storageNotes(root, names, system),
    createMachine: async ({ image, ...plan }, file) => {
      if (image === undefined || file === undefined) throw new Error('machines of this host are made from an image');
      const machine = { ...plan, image };
      await once(uploads, machine.image, () => uploadImage(lxd, machine.image, file));
      await createMachine(lxd, names, machine, system);
    },
    startMachine: (name) => startMachine(lxd, name, system),
    haltMachine: (name) => haltMachine(lxd, name),
    deleteMachine: (name) => deleteMachine(lxd, name),
    markJoined: (name) => lxd.instances.patchConfig(name, machineLabels.config({ joined: true })),
    exec: (machine, argv, options) => lxd.instances.exec(machine, argv, options),
    power: {
      cut: (machine, cut) => cutPower(lxd, names.project, system, machine, cut),
      cuts: () => powerCuts(lxd),
      restore: (machine) => restorePower(lxd, system, machine),
    },
    publish: (published) => publishOn(root, lxd, names, published, system),
    destroy: (onLine) => destroyLocal(root, lxd, names, system, onLine),
  };
}

async function observe(
  root: Lxd,
  lxd: Lxd,
  names: LocalNames,
  { hosts, image }: MachinesSpec,
  system: System,
): Promise<ObservedProvider> {
  const [project, pool, network] = await Promise.all([
    root.projects.get(names.project),
    root.pools.get(names.pool),
    root.networks.get(names.network),
  ]);
  const prepared = project !== undefined && pool !== undefined && network !== undefined;
  const instances = project === undefined ? [] : await lxd.instances.list();
  const machines = instances
    .filter((each) => isMachine(each) && machineLabels.of(each.config).complete)
    .map(observedMachine);
  const cidr = network === undefined ? await freeNetwork(hosts.length, root, system) : cidrOf(network.config);
  return {
    ...{ network: networkAt(cidr, hosts, machines), prepared, machines },
    machineImage: machineRecipe(image, machineInterface),
    empty: project === undefined && (pool === undefined || names.foreignPool) && network === undefined,
    published: await publishedBy(instances, names.network, system),
  };
}

function observedMachine(instance: LxdInstance): ObservedMachine {
  return {
    name: instance.name,
    state: runState(instance.status),
    address: instance.devices[machineInterface]?.['ipv4.address'] ?? '',
    joined: machineLabels.of(instance.config).joined === true,
  };
}

function runState(status: string): RunState {
  if (status === 'Running') return 'running';
  return status === 'Stopped' ? 'stopped' : 'unknown';
}

/** Of an Ethernet, and of LXD's bridges. */
const usualMtu = 1500;

async function prepare(root: Lxd, names: LocalNames, project: string, machines: number, system: System): Promise<void> {
  const description = `relevo project ${project}`;
  await makePool(root, names, system);
  if ((await root.networks.get(names.network)) === undefined) {
    const cidr = await freeNetwork(machines, root, system);
    const mtu = (await uplinkMtu(system)) ?? usualMtu;
    const config = {
      'ipv4.address': cidr,
      'ipv4.dhcp.ranges': buildRange(cidr),
      'ipv4.nat': 'true',
      'ipv6.address': 'none',
      ...(mtu < usualMtu && { 'bridge.mtu': String(mtu) }),
    };
    await removeStaleBridge(names.network, system);
    await root.networks.create(names.network, config, description);
  }
  if ((await root.projects.get(names.project)) === undefined) {
    const config = { 'features.images': 'true', 'features.profiles': 'true', 'features.storage.volumes': 'true' };
    await root.projects.create(names.project, config, description);
  }
}

/** Machines are created side by side, and all of them need the one image. */
function once(running: Map<string, Promise<void>>, key: string, start: () => Promise<void>): Promise<void> {
  const promise = running.get(key) ?? start();
  running.set(key, promise);
  return promise;
}

async function uploadImage(lxd: Lxd, alias: string, file: string): Promise<void> {
  if ((await lxd.images.getAlias(alias)) === undefined) await lxd.images.upload(file, alias);
}

async function createMachine(
  lxd: Lxd,
  names: LocalNames,
  machine: Required<MachinePlan>,
  system: System,
): Promise<void> {
  await deleteMachine(lxd, machine.name); // what an interrupted run left
  await lxd.instances.create({
    name: machine.name,
    image: { alias: machine.image },
    config: {
      'security.nesting': 'true',
      'boot.autostart': 'true',
      ...machineLabels.config({ kind: 'machine', image: machine.image }),
    },
    devices: machineDevices(names, machine.address),
  });
  await startMachine(lxd, machine.name, system);
  await lxd.instances.patchConfig(machine.name, machineLabels.config({ complete: true }));
}

function machineDevices(names: LocalNames, address: string): Devices {
  return {
    root: { type: 'disk', path: '/', pool: names.pool },
    [machineInterface]: {
      ...{ type: 'nic', network: names.network, name: machineInterface },
      ...{ 'ipv4.address': address, hwaddr: macOf(address) },
    },
  };
}

/** Milliseconds. Some seconds are usual; where others use all of the host's cores it may be a multiple of them. */
const startLimit = 180_000;

/** True when LXD inside can be used: D-Bus and the socket come up some seconds after the container. */
const isReady = `systemctl is-active -q dbus && networkctl status ${machineInterface} | grep -q routable && ${deb.waitReady(20).join(' ')}`;

/** Resolves when LXD inside answers. */
async function startMachine(lxd: Lxd, name: string, system: System): Promise<void> {
  await lxd.instances.start(name);
  const began = system.elapsed();
  for (;;) {
    const { code, stderr } = await lxd.instances.exec(name, ['sh', '-c', isReady], { timeout: 30 }).catch(failedExec);
    if (code === 0) return;
    const running = (await lxd.instances.get(name))?.status === 'Running';
    if (!running || system.elapsed() - began > startLimit) throw await doesNotStart(lxd, name, stderr);
    await system.sleep(200);
  }
}

function failedExec(error: unknown): { code: number; stderr: string } {
  if (error instanceof RelevoError) return { code: -1, stderr: error.message };
  throw error;
}

async function doesNotStart(lxd: Lxd, name: string, why: string): Promise<RelevoError> {
  const lines = (await lxd.instances.consoleLog(name)).trim().split(/\r?\n/);
  return new RelevoError({
    code: 'failed',
    message: `${name} does not come up${why === '' ? '' : `: ${why.trim()}`}`,
    hint: '`relevo doctor` tells what this host lacks',
    evidence: { title: `the console of ${name}`, lines: lines.slice(-12) },
  });
}

/** Seconds for a clean shutdown. The last members to go have nobody left to agree with, and their LXD waits in vain. */
const cleanShutdown = 10;

/** Clean where possible, by force where not: the services inside were stopped before. */
async function haltMachine(lxd: Lxd, name: string): Promise<void> {
  await lxd.settled();
  try {
    await lxd.instances.stop(name, { force: false, timeout: cleanShutdown });
  } catch (error) {
    if ((await lxd.instances.get(name))?.status !== 'Running') return;
    if (!(error instanceof RelevoError)) throw error;
    await lxd.instances.stop(name, { force: true });
  }
}

async function deleteMachine(lxd: Lxd, name: string): Promise<void> {
  const instance = await lxd.instances.get(name);
  if (instance === undefined) return;
  if (instance.status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}

async function publishOn(root: Lxd, lxd: Lxd, names: LocalNames, published: Published, system: System): Promise<void> {
  const network = await root.networks.get(names.network);
  const machine = (await lxd.instances.list()).find(isMachine);
  if (network === undefined || machine === undefined) return; // nothing is left to be published
  const { image = '' } = machineLabels.of(machine.config);
  const ground = { pool: names.pool, network: names.network, address: doorAddress(cidrOf(network.config)), image };
  await publish(lxd, published, ground, system);
}
