import type { BalancerConfig, BalancerPlan, ImagePlan, InstancePlan, MachinePlan } from '../domain/desired.ts';
import type { MachineAddress, Network } from '../domain/network.ts';
import type { Observed, ObservedInstance } from '../domain/observed.ts';
import type { Assets, BalancerSpec, ServiceSpec, Spec } from '../domain/spec.ts';
import { agentPort } from '../render/agent.ts';
import { haproxyConfig } from '../render/haproxy.ts';
import { balancerFiles } from '../render/haproxy-files.ts';
import { withStats } from '../render/haproxy-stats.ts';
import { selfSignedCommand } from '../render/haproxy-tls.ts';
import { keepalivedConfig, keepalivedFile, takeOver, type VrrpMember } from '../render/keepalived.ts';
import { balancerNetworks } from '../render/networkd.ts';
import { silenceFile } from '../render/silence.ts';
import { instanceNetwork, slotAddress, slotAgentPort, slotPort } from './addresses.ts';
import { controllerPlan } from './controller.ts';
import { replaceReason } from './diff-instances.ts';
import { hashOf } from './hash.ts';
import { imageAlias } from './images.ts';
import type { Slot } from './place.ts';

export interface BalancerSurroundings {
  readonly assets: Assets;
  readonly images: readonly ImagePlan[];
  readonly machines: readonly MachinePlan[];
  readonly instances: readonly InstancePlan[];
  readonly standIns: readonly InstancePlan[];
  readonly observed: Observed;
}

export function balancerPlan(spec: Spec, slot: Slot, around: BalancerSurroundings): BalancerPlan {
  const image = imageAlias(around.images, 'balancer');
  const after = spec.services.map((service) => serversAfter(service, around));
  const { network } = around.observed;
  const members = vrrpMembers(network);
  const own = members.find(({ name }) => name === slot.name) as VrrpMember;
  const peers = members.filter((member) => member !== own);
  const outerAddress = own.address;
  const { prefixLength, gateway, shared } = network;
  const address = machineAddress(around.machines, slot.machine);
  const files = balancerNetworks(instanceNetwork, `${outerAddress}/${prefixLength}`, gateway, address);
  const place: Place = {
    machine: slot.machine,
    names: ['localhost', ...(network.entry === undefined ? [] : [network.entry]), address, outerAddress, shared],
    keepalived: keepalivedConfig(`${shared}/${prefixLength}`, own, peers),
  };
  const meanwhile = spec.services.map((service) => serversMeanwhile(service, around));
  return {
    ...slot,
    image,
    address: slotAddress(slot.slot),
    outerAddress,
    parent: network.interface,
    forwards: publishedPorts(spec.balancer),
    files,
    hash: hashOf({ image, slot: slot.slot, files }),
    interim: configOf(spec, around.assets, place, meanwhile),
    final: configOf(spec, around.assets, place, after),
    controller: controllerPlan(spec, around),
  };
}

/** In ascending order. */
export function publishedPorts({ publish, tls, stats }: BalancerSpec): number[] {
  return [publish, tls?.publish, stats].filter((port) => port !== undefined).sort((a, b) => a - b);
}

/** Twice as many as the file takes: each may have a successor while its own machine is gone. */
export const balancerNames: readonly string[] = [1, 2, 3, 4].map((number) => `balancer-${number}`);

/**
 * Who may take part in VRRP, whether it is there or not: one that no longer knows its peer would take the address while
 * that one still has it. The first balancer takes it where nobody holds it.
 */
function vrrpMembers({ balancers }: Network): VrrpMember[] {
  return balancerNames.map((name, index) => ({
    name,
    address: balancers[index] ?? '',
    priority: 200 - 40 * index,
  }));
}

export function machineAddress(machines: readonly MachineAddress[], name: string): string {
  return machines.find((machine) => machine.name === name)?.address ?? '';
}

/** Where a server is, whichever machine asks. */
interface Whereabouts {
  readonly name: string;
  readonly machine: string;
  readonly machineAddress: string;
  readonly slot: number;
  readonly port: number;
  readonly healthPath: string;
  readonly role: 'primary' | 'backup';
}

interface Backend {
  readonly service: ServiceSpec;
  readonly servers: readonly Whereabouts[];
}

function serversAfter(service: ServiceSpec, { instances }: BalancerSurroundings): Backend {
  return { service, servers: instances.filter((each) => each.service === service.name) };
}

/** What shall be replaced or go is still where and as it is. */
function serversMeanwhile(service: ServiceSpec, around: BalancerSurroundings): Backend {
  const { machines } = around.observed;
  const existing = (around.observed.cluster?.instances ?? [])
    .filter((each) => each.kind === 'service' && each.service === service.name && each.complete)
    .map((each) => ({ ...each, machineAddress: machineAddress(machines, each.machine) }));
  const planned = [...around.instances, ...around.standIns].filter((each) => each.service === service.name);
  const merged = planned.map((plan) => {
    const current = existing.find(({ name }) => name === plan.name);
    return current === undefined || replaceReason(plan, current) === undefined ? plan : current;
  });
  const surplus = existing.filter(({ name }) => !planned.some((plan) => plan.name === name));
  return { service, servers: [...merged, ...surplus.sort(byNumber)] };
}

function byNumber(a: ObservedInstance, b: ObservedInstance): number {
  return a.number - b.number;
}

interface Place {
  readonly machine: string;
  /** Under which users reach it. */
  readonly names: readonly string[];
  readonly keepalived: string;
}

function configOf(spec: Spec, assets: Assets, place: Place, backends: readonly Backend[]): BalancerConfig {
  const { machine } = place;
  const services = backends.map(({ service, servers }) => ({
    service,
    servers: servers.map((server) => {
      const { address, port } = reachedFrom(machine, server);
      const agent = service.algorithm === 'resource' && { agent: agentReachedFrom(machine, server) };
      return { name: server.name, role: server.role, address: `${address}:${port}`, ...agent };
    }),
    connectOnly: servers.some((server) => server.healthPath !== service.health.path),
  }));
  const text = haproxyConfig(withStats(spec.balancer, assets), services);
  const servers = backends.flatMap(({ service, servers }) =>
    servers.map((server) => ({
      ...{ backend: service.name, server: server.name, role: server.role, healthPath: server.healthPath },
      ...reachedFrom(machine, server),
      startPeriod: service.health.startPeriod,
    })),
  );
  const checks = backends.map(({ service }) => [service.name, service.health.path]);
  const silent = silenceFile(publishedPorts(spec.balancer));
  const files = [...balancerFiles(spec.balancer, assets), keepalivedFile(place.keepalived), silent];
  const prepare = preparation(spec.balancer, place);
  const hashes = {
    hash: hashOf({ text, files, prepare }),
    filesHash: hashOf({ files, prepare }),
    checksHash: hashOf(checks),
  };
  return { text, files, prepare, ...hashes, servers };
}

function preparation({ tls }: BalancerSpec, { names }: Place): BalancerConfig['prepare'] {
  if (tls?.certificate !== 'self-signed') return [takeOver];
  return [takeOver, selfSignedCommand(names)];
}

/** On the same machine over the bridge (the machine's own port would need a hairpin), else by the other machine's port. */
function reachedFrom(machine: string, server: Whereabouts): { address: string; port: number } {
  return machine === server.machine
    ? { address: slotAddress(server.slot), port: server.port }
    : { address: server.machineAddress, port: slotPort(server.slot) };
}

function agentReachedFrom(machine: string, server: Whereabouts): string {
  return machine === server.machine
    ? `${slotAddress(server.slot)}:${agentPort}`
    : `${server.machineAddress}:${slotAgentPort(server.slot)}`;
}
