import type { MachinePlan } from '../../domain/desired.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { ObservedMachine } from '../../domain/observed.ts';
import type { RunState } from '../../domain/status.ts';
import type { Devices, Lxd, LxdInstance } from '../../ports/lxd.ts';
import type { ObservedProvider, Provider } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { destroyLocal } from './destroy.ts';
import { bridgeName, freeSubnet, subnetOf } from './network.ts';

export interface LocalNames {
  readonly project: string;
  readonly pool: string;
  readonly network: string;
}

function localNames(project: string, daemon: string): LocalNames {
  return { project: `relevo-${project}`, pool: `relevo-${project}`, network: bridgeName(project, daemon) };
}

/**
 * Machines as system containers of this host's LXD, in a project, a pool and a network of their own.
 * `daemon`: what tells this LXD from another one on the same host, its socket's path.
 */
export function localProvider(project: string, daemon: string, root: Lxd, system: System): Provider {
  const names = localNames(project, daemon);
  const lxd = root.project(names.project);
  const uploads = new Map<string, Promise<void>>();
  return {
    observe: () => observe(root, lxd, names),
    prepare: () => prepare(root, names, project),
    builder: async () => ({ lxd, pool: names.pool, network: names.network, config: {} }),
    createMachine: async (machine, file) => {
      await once(uploads, machine.image, () => uploadImage(lxd, machine.image, file));
      await createMachine(lxd, names, machine, system);
    },
    startMachine: (name) => startMachine(lxd, name, system),
    haltMachine: (name) => haltMachine(lxd, name),
    deleteMachine: (name) => deleteMachine(lxd, name),
    markJoined: (name) => lxd.instances.patchConfig(name, { 'user.relevo.joined': 'true' }),
    exec: (machine, argv, options) => lxd.instances.exec(machine, argv, options),
    publish: (port, machine) => publish(lxd, port, machine),
    unpublish: (machine) => unpublish(lxd, machine),
    destroy: (onLine) => destroyLocal(root, lxd, names, onLine),
  };
}

async function observe(root: Lxd, lxd: Lxd, names: LocalNames): Promise<ObservedProvider> {
  const [project, pool, network] = await Promise.all([
    root.projects.get(names.project),
    root.pools.get(names.pool),
    root.networks.get(names.network),
  ]);
  const subnet = network === undefined ? await freeSubnet(root) : subnetOf(network.config);
  const prepared = project !== undefined && pool !== undefined && network !== undefined;
  const instances = project === undefined ? [] : await lxd.instances.list();
  const machines = instances.filter((each) => each.config['user.relevo.kind'] === 'machine');
  return {
    ...{ subnet, prepared },
    empty: project === undefined && pool === undefined && network === undefined,
    machines: machines.filter((each) => each.config['user.relevo.complete'] === 'true').map(observedMachine),
    published: publishedBy(machines),
  };
}

function observedMachine(instance: LxdInstance): ObservedMachine {
  return {
    name: instance.name,
    state: runState(instance.status),
    address: instance.devices['eth0']?.['ipv4.address'] ?? '',
    image: instance.config['user.relevo.image'] ?? '',
    joined: instance.config['user.relevo.joined'] === 'true',
  };
}

function runState(status: string): RunState {
  if (status === 'Running') return 'running';
  return status === 'Stopped' ? 'stopped' : 'unknown';
}

function publishedBy(machines: readonly LxdInstance[]): ObservedProvider['published'] {
  for (const { name, devices } of machines) {
    const listen = devices['publish']?.['listen'];
    if (listen !== undefined) return { port: Number(listen.split(':').pop()), machine: name };
  }
  return null;
}

async function prepare(root: Lxd, names: LocalNames, project: string): Promise<void> {
  const description = `relevo project ${project}`;
  if ((await root.pools.get(names.pool)) === undefined) await root.pools.create(names.pool, 'btrfs', { size: '30GiB' });
  if ((await root.networks.get(names.network)) === undefined) {
    const config = { 'ipv4.address': `${await freeSubnet(root)}.1/24`, 'ipv4.nat': 'true', 'ipv6.address': 'none' };
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

async function createMachine(lxd: Lxd, names: LocalNames, machine: MachinePlan, system: System): Promise<void> {
  await deleteMachine(lxd, machine.name); // what an interrupted run left
  await lxd.instances.create({
    name: machine.name,
    image: { alias: machine.image },
    config: {
      'security.nesting': 'true',
      'boot.autostart': 'true',
      'user.relevo.kind': 'machine',
      'user.relevo.image': machine.image,
    },
    devices: machineDevices(names, machine.address),
  });
  await startMachine(lxd, machine.name, system);
  await lxd.instances.patchConfig(machine.name, { 'user.relevo.complete': 'true' });
}

function machineDevices(names: LocalNames, address: string): Devices {
  return {
    root: { type: 'disk', path: '/', pool: names.pool },
    eth0: { type: 'nic', network: names.network, name: 'eth0', 'ipv4.address': address },
  };
}

/** Resolves when LXD inside answers: D-Bus and the socket come up some seconds after the container. */
async function startMachine(lxd: Lxd, name: string, system: System): Promise<void> {
  await lxd.instances.start(name);
  const began = system.elapsed();
  const ask = [
    'sh',
    '-c',
    'systemctl is-active --quiet dbus && networkctl status eth0 | grep -q routable && lxd waitready --timeout=20',
  ];
  for (;;) {
    const { code, stderr } = await lxd.instances.exec(name, ask, { timeout: 30 });
    if (code === 0) return;
    if (system.elapsed() - began > 60_000) throw silent(name, stderr);
    await system.sleep(200);
  }
}

function silent(machine: string, said: string): RelevoError {
  const lines = said
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  return new RelevoError({
    code: 'unreachable',
    message: `LXD inside ${machine} does not answer`,
    hint: '`relevo doctor` tells of limits that keep machines from starting',
    ...(lines.length > 0 && { evidence: { title: `asked inside ${machine}`, lines } }),
  });
}

/** Seconds for a clean shutdown. The last members to go have nobody left to agree with, and their LXD waits in vain. */
const cleanShutdown = 10;

/** Clean where possible, by force where not: the services inside were stopped before. */
async function haltMachine(lxd: Lxd, name: string): Promise<void> {
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

async function publish(lxd: Lxd, port: number, machine: string): Promise<void> {
  for (const each of await lxd.instances.list()) {
    if (each.devices['publish'] !== undefined) await unpublish(lxd, each.name);
  }
  const instance = await lxd.instances.get(machine);
  if (instance === undefined) throw new Error(`no machine ${machine}`);
  const address = instance.devices['eth0']?.['ipv4.address'];
  const device = { type: 'proxy', bind: 'host', listen: `tcp:127.0.0.1:${port}`, connect: `tcp:${address}:${port}` };
  await lxd.instances.update(machine, instance.config, { ...instance.devices, publish: device });
}

async function unpublish(lxd: Lxd, machine: string): Promise<void> {
  const instance = await lxd.instances.get(machine);
  if (instance === undefined) return;
  const { publish: _, ...devices } = instance.devices;
  await lxd.instances.update(machine, instance.config, devices);
}
