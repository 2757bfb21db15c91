import type { BalancerPlan, InstancePlan, Stopping } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { LimitsSpec } from '../domain/spec.ts';
import type { Config, Devices, Lxd } from '../ports/lxd.ts';
import { outerInterface } from '../render/keepalived.ts';
import { macOf } from '../render/mac.ts';
import { bridgeInterface } from '../render/networkd.ts';
import { balancerCableName, cableName } from '../render/ports.ts';
import { clusterNetwork, clusterPool } from '../render/preseed.ts';
import { pushInto, removeInstance } from './build.ts';
import { notSeen } from './drain.ts';
import { fromSeed } from './seeds.ts';

/** Created, filled and marked complete, so that an interrupted creation is seen and begun anew; then started. */
export async function createInstance(lxd: Lxd, plan: InstancePlan): Promise<void> {
  await removeInstance(lxd, plan.name);
  const config = {
    ...identity(plan, 'service'),
    ...limitsConfig(plan.limits),
    'user.relevo.number': String(plan.number),
    'user.relevo.port': String(plan.port),
    'user.relevo.health': plan.healthPath,
    ...graceConfig(plan.stopping),
  };
  const devices = { root, [bridgeInterface]: { ...cable(plan), host_name: cableName(plan.slot, plan.port) } };
  const labels = { 'user.relevo.service': plan.service, 'user.relevo.role': plan.role };
  await fromSeed(lxd, plan, { ...config, ...labels }, devices);
  for (const file of plan.files) await pushInto(lxd, plan.name, file);
  if (plan.cold) return createCold(lxd, plan.name);
  await complete(lxd, plan.name);
  await lxd.instances.start(plan.name);
}

/** The first start costs time that later ones do not: the system's own identity and caches. */
async function createCold(lxd: Lxd, name: string): Promise<void> {
  await lxd.instances.start(name);
  const booted = lxd.instances.exec(name, ['systemctl', 'is-system-running', '--wait'], { timeout: 60 });
  await booted.catch(notSeen); // whatever it says, and where it says nothing in time
  await stopCleanly(lxd, name);
  await complete(lxd, name);
}

async function complete(lxd: Lxd, name: string): Promise<void> {
  await lxd.instances.patchConfig(name, { 'user.relevo.complete': 'true' });
}

export async function createBalancer(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  await removeInstance(lxd, plan.name);
  await fromSeed(lxd, plan, { ...identity(plan, 'balancer'), ...forwardsConfig(plan) }, balancerDevices(plan));
  for (const file of plan.files) await pushInto(lxd, plan.name, file);
  await complete(lxd, plan.name);
  await lxd.instances.start(plan.name);
}

export async function updateBalancer(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  const current = await lxd.instances.get(plan.name);
  if (current === undefined) return; // somebody removed it: the next round makes it anew
  await lxd.instances.update(plan.name, { ...current.config, ...forwardsConfig(plan) }, balancerDevices(plan));
}

function forwardsConfig({ forwards }: BalancerPlan): Config {
  return { 'user.relevo.forwards': forwards.join() };
}

/** Cables by which nothing goes tell the machine which of its ports lead to it: they come and go while it serves. */
function balancerDevices(plan: BalancerPlan): Devices {
  const forwards = plan.forwards.map((port) => {
    const name = balancerCableName(plan.slot, port);
    return [`publish-${port}`, { type: 'nic', nictype: 'p2p', name, host_name: name }] as const;
  });
  const hwaddr = macOf(plan.outerAddress);
  const outer = { type: 'nic', nictype: 'macvlan', parent: plan.parent, name: outerInterface, hwaddr };
  return { root, [bridgeInterface]: cable(plan), [outerInterface]: outer, ...Object.fromEntries(forwards) };
}

export async function updateInstance(lxd: Lxd, plan: InstancePlan): Promise<void> {
  const role = { 'user.relevo.role': plan.role };
  const limits = limitsConfig(plan.limits);
  const config = { 'limits.cpu': '', 'limits.memory': '', ...limits, ...role, ...graceConfig(plan.stopping) };
  await lxd.instances.patchConfig(plan.name, config);
}

/** Seconds. LXD's own key for it is not allowed in a restricted project: a machine's shutdown gives each instance 30 s. */
const graceKey = 'user.relevo.grace';

function graceConfig({ grace }: Stopping): Config {
  return { [graceKey]: String(Math.ceil(grace)) };
}

/** For instances that were made before they had one of their own. */
const usualGrace = 10;

/** Its programs get SIGTERM and their time, then it is ended by force. `grace`: seconds; what it was made with unless told. */
export async function stopCleanly(lxd: Lxd, name: string, grace?: number): Promise<void> {
  const instance = await lxd.instances.get(name);
  if (instance === undefined || instance.status === 'Stopped') return;
  const timeout = Math.ceil(grace ?? Number(instance.config[graceKey] ?? usualGrace));
  try {
    await lxd.instances.stop(name, { force: false, timeout });
  } catch (error) {
    if (!(error instanceof RelevoError) || error.failure.code !== 'failed') throw error;
    await lxd.instances.stop(name, { force: true });
  }
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

const root = { type: 'disk', path: '/', pool: clusterPool };

/** By the bridge's own name, since a confined project knows no networks but its own. */
function cable({ address }: { address: string }): Config {
  const hwaddr = macOf(address);
  return {
    type: 'nic',
    nictype: 'bridged',
    parent: clusterNetwork,
    name: bridgeInterface,
    'ipv4.address': address,
    hwaddr,
  };
}
