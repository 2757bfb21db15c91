import type { BalancerLink, BalancerPlan, InstancePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { LimitsSpec } from '../domain/spec.ts';
import type { Config, Devices, Lxd } from '../ports/lxd.ts';
import { outerInterface } from '../render/keepalived.ts';
import { type Labels, labelsConfig, labelsOf } from '../render/labels.ts';
import { limitsConfig, limitsIn, writtenLimits } from '../render/limits.ts';
import { outerCableName } from '../render/link.ts';
import { macOf } from '../render/mac.ts';
import { bridgeInterface } from '../render/networkd.ts';
import { balancerCableName, cableName } from '../render/ports.ts';
import { clusterNetwork } from '../render/preseed.ts';
import { removeInstance } from './build.ts';
import { notSeen } from './drain.ts';
import { pushAll } from './push.ts';
import { fromSeed } from './seeds.ts';

/** Created, filled and marked complete, so that an interrupted creation is seen and begun anew; then started. */
export async function createInstance(lxd: Lxd, plan: InstancePlan, pool: string): Promise<void> {
  await removeInstance(lxd, plan.name);
  const { service, number, port, further } = plan;
  const config = {
    ...identity(plan, {
      kind: 'service',
      service,
      number,
      port,
      ...(further.length > 0 && { further }),
      ...small(plan),
    }),
    ...withoutEmpty(limitsConfig(writtenLimits(plan.limits))),
  };
  const devices = { root: rootDisk(plan.limits, pool), ...instanceCables(plan) };
  await fromSeed(lxd, plan, config, devices);
  await pushAll(lxd, plan.name, plan.files);
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
  await lxd.instances.patchConfig(name, labelsConfig({ complete: true }));
}

export async function createBalancer(lxd: Lxd, plan: BalancerPlan, pool: string): Promise<void> {
  await removeInstance(lxd, plan.name);
  await fromSeed(
    lxd,
    plan,
    identity(plan, { kind: 'balancer', ...forwarded(plan) }),
    balancerDevices(plan, rootIn(pool)),
  );
  await pushAll(lxd, plan.name, plan.files);
  await complete(lxd, plan.name);
  await lxd.instances.start(plan.name);
}

export async function updateBalancer(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  const current = await lxd.instances.get(plan.name);
  if (current === undefined) return; // somebody removed it: the next round makes it anew
  await lxd.instances.update(
    plan.name,
    { ...current.config, ...labelsConfig(forwarded(plan)) },
    balancerDevices(plan, current.devices['root'] ?? {}),
  );
}

function forwarded({ forwards }: BalancerPlan): Partial<Labels> {
  return { forwards: forwards.join() };
}

/** They tell the machine which of its ports lead to it, and come and go while it serves. */
function balancerDevices(plan: BalancerPlan, root: Config): Devices {
  const forwards = plan.forwards.map((port) => [`publish-${port}`, mute(balancerCableName(plan.slot, port))] as const);
  const outer = plan.outer && { [outerInterface]: outerCable(plan.slot, plan.outer) };
  return { root, [bridgeInterface]: cable(plan), ...outer, ...Object.fromEntries(forwards) };
}

/** By its name, where it is routed, the machine knows who may have the balancers' addresses. */
function outerCable(slot: number, { link, address, parent }: BalancerLink): Config {
  const nic = { type: 'nic', name: outerInterface, hwaddr: macOf(address) };
  if (link === 'macvlan') return { ...nic, nictype: 'macvlan', parent };
  return { ...nic, nictype: 'bridged', parent: clusterNetwork, host_name: outerCableName(slot) };
}

export async function updateInstance(lxd: Lxd, plan: InstancePlan): Promise<void> {
  const limits = writtenLimits(plan.limits);
  const config = { ...limitsConfig(limits), ...labelsConfig(small(plan)) };
  const current = await lxd.instances.get(plan.name);
  if (current === undefined) return; // somebody removed it: the next round makes it anew
  if (limitsIn(current.config, current.devices).disk === limits.disk)
    return lxd.instances.patchConfig(plan.name, config);
  const devices = { ...current.devices, root: rootDisk(plan.limits, current.devices['root']?.['pool'] ?? '') };
  await lxd.instances.update(plan.name, withoutEmpty({ ...current.config, ...config }), devices);
}

/** What may change without a new instance. */
function small({ role, checkMark, stopping }: InstancePlan): Partial<Labels> {
  return { role, health: checkMark, grace: stopping.grace };
}

/** Seconds; balancers have nothing else to end for. */
const usualGrace = 10;

/** Its programs get SIGTERM and their time, then it is ended by force. `grace`: seconds; what it was made with unless told. */
export async function stopCleanly(lxd: Lxd, name: string, grace?: number): Promise<void> {
  const instance = await lxd.instances.get(name);
  if (instance === undefined || instance.status === 'Stopped') return;
  const timeout = Math.ceil(grace ?? labelsOf(instance.config).grace ?? usualGrace);
  try {
    await lxd.instances.stop(name, { force: false, timeout });
  } catch (error) {
    if (!(error instanceof RelevoError) || error.failure.code !== 'failed') throw error;
    await lxd.instances.stop(name, { force: true });
  }
}

function identity({ image, hash, slot }: InstancePlan | BalancerPlan, labels: Partial<Labels>): Config {
  return { 'boot.autostart': 'true', ...labelsConfig({ image, hash, slot, ...labels }) };
}

function withoutEmpty(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''));
}

/** The one by which everything goes tells the machine of its port, and each of the others of a further one. */
function instanceCables(plan: InstancePlan): Devices {
  const { slot, port, further } = plan;
  const others = further.map((each, index) => [`port-${each}`, mute(cableName(slot, each, index + 1))] as const);
  return {
    [bridgeInterface]: { ...cable(plan), host_name: cableName(slot, port) },
    ...Object.fromEntries(others),
  };
}

/** A cable by which nothing goes: its name tells the machine something. */
function mute(name: string): Config {
  return { type: 'nic', nictype: 'p2p', name, host_name: name };
}

/** With a quota where the file has one. */
function rootDisk({ disk }: LimitsSpec, pool: string): Config {
  return { ...rootIn(pool), ...(disk !== undefined && { size: String(disk) }) };
}

export const rootIn = (pool: string): Config => ({ type: 'disk', path: '/', pool });

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
