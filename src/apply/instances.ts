import type { BalancerPlan, InstancePlan } from '../domain/desired.ts';
import type { LimitsSpec } from '../domain/spec.ts';
import type { Config, Devices, Lxd } from '../ports/lxd.ts';
import { agentPort } from '../render/agent.ts';
import { outerInterface } from '../render/keepalived.ts';
import { clusterNetwork, clusterPool } from '../render/preseed.ts';
import { makeParents, removeInstance } from './build.ts';

/** Created, filled and started; marked complete last, so that an interrupted creation is seen and begun anew. */
export async function createInstance(lxd: Lxd, plan: InstancePlan): Promise<void> {
  await removeInstance(lxd, plan.name);
  const config = {
    ...identity(plan, 'service'),
    ...limitsConfig(plan.limits),
    'user.relevo.number': String(plan.number),
    'user.relevo.port': String(plan.port),
    'user.relevo.health': plan.healthPath,
  };
  const devices = {
    ...commonDevices(plan),
    service: forward(plan.machineAddress, plan.machinePort, plan.address, plan.port),
    ...(plan.agentPort !== undefined && {
      agent: forward(plan.machineAddress, plan.agentPort, plan.address, agentPort),
    }),
  };
  const labels = { 'user.relevo.service': plan.service, 'user.relevo.role': plan.role };
  await lxd.instances.create({
    name: plan.name,
    image: { alias: plan.image },
    config: { ...config, ...labels },
    devices,
    target: plan.machine,
  });
  for (const { target, mode, content } of plan.files) {
    await makeParents(lxd, plan.name, target);
    await lxd.instances.pushFile(plan.name, target, content, { mode });
  }
  await lxd.instances.start(plan.name);
  if (plan.cold) await rest(lxd, plan.name);
  await lxd.instances.patchConfig(plan.name, { 'user.relevo.complete': 'true' });
}

/** A first start costs a second that later ones do not: the id shift, host keys, caches. */
async function rest(lxd: Lxd, name: string): Promise<void> {
  await lxd.instances.exec(name, ['systemctl', 'is-system-running', '--wait'], { timeout: 60 }); // whatever it says
  await lxd.instances.stop(name, { force: false });
}

export async function createBalancer(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  await removeInstance(lxd, plan.name);
  const devices = balancerDevices(plan);
  const config = { ...identity(plan, 'balancer'), ...forwardsConfig(plan) };
  await lxd.instances.create({ name: plan.name, image: { alias: plan.image }, config, devices, target: plan.machine });
  for (const { target, mode, content } of plan.files)
    await lxd.instances.pushFile(plan.name, target, content, { mode });
  await lxd.instances.start(plan.name);
  await lxd.instances.patchConfig(plan.name, { 'user.relevo.complete': 'true' });
}

export async function updateBalancer(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  const current = await lxd.instances.get(plan.name);
  if (current === undefined) return; // somebody removed it: the next round makes it anew
  await lxd.instances.update(plan.name, { ...current.config, ...forwardsConfig(plan) }, balancerDevices(plan));
}

function balancerDevices(plan: BalancerPlan): Devices {
  const forwards = plan.forwards.map((port) => {
    return [`publish-${port}`, forward(plan.machineAddress, port, plan.address, port)] as const;
  });
  const outer = { type: 'nic', nictype: 'macvlan', parent: machineInterface, name: outerInterface };
  return { ...commonDevices(plan), [outerInterface]: outer, ...Object.fromEntries(forwards) };
}

/** By which a machine is on its network. */
const machineInterface = 'eth0';

function forwardsConfig({ forwards }: BalancerPlan): Config {
  return { 'user.relevo.forwards': forwards.join() };
}

/** Unpacks the image in the member's pool: its first use there costs seconds, later ones a clone. */
export async function warmImage(lxd: Lxd, image: string, machine: string): Promise<void> {
  const name = `warm-${image.slice('relevo-'.length)}-${machine}`.slice(0, 63);
  await removeInstance(lxd, name);
  const devices = { root: { type: 'disk', path: '/', pool: clusterPool } };
  const config = { 'user.relevo.kind': 'builder' };
  await lxd.instances.create({ name, image: { alias: image }, config, devices, target: machine });
  await lxd.instances.delete(name);
}

export async function updateInstance(lxd: Lxd, plan: InstancePlan): Promise<void> {
  const role = { 'user.relevo.role': plan.role };
  const limits = limitsConfig(plan.limits);
  await lxd.instances.patchConfig(plan.name, { 'limits.cpu': '', 'limits.memory': '', ...limits, ...role });
}

function identity(plan: { image: string; hash: string; slot: number }, kind: 'service' | 'balancer'): Config {
  return {
    'boot.autostart': 'true',
    'user.relevo.kind': kind,
    'user.relevo.image': plan.image,
    'user.relevo.hash': plan.hash,
    'user.relevo.slot': String(plan.slot),
  };
}

function limitsConfig({ cpu, memory }: LimitsSpec): Config {
  return {
    ...(cpu !== undefined && { 'limits.cpu': String(cpu) }),
    ...(memory !== undefined && { 'limits.memory': String(memory) }),
  };
}

function commonDevices({ address }: { address: string }): Devices {
  return {
    root: { type: 'disk', path: '/', pool: clusterPool },
    eth0: { type: 'nic', network: clusterNetwork, name: 'eth0', 'ipv4.address': address },
  };
}

/** Kernel DNAT on the machine: works on any network between machines. */
function forward(machineAddress: string, machinePort: number, address: string, port: number): Config {
  return {
    type: 'proxy',
    nat: 'true',
    listen: `tcp:${machineAddress}:${machinePort}`,
    connect: `tcp:${address}:${port}`,
  };
}
