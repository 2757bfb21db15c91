import type { BalancerConfig, BalancerPlan, Forward, ImagePlan, InstancePlan, MachinePlan } from '../domain/desired.ts';
import type { Observed, ObservedInstance } from '../domain/observed.ts';
import type { Assets, BalancerSpec, ServiceSpec, Spec } from '../domain/spec.ts';
import { agentPort } from '../render/agent.ts';
import { haproxyConfig } from '../render/haproxy.ts';
import { balancerFiles } from '../render/haproxy-files.ts';
import { withStats } from '../render/haproxy-stats.ts';
import { selfSignedCommand } from '../render/haproxy-tls.ts';
import { slotAddress, slotAgentPort, slotPort } from './addresses.ts';
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
  const place = { machine: slot.machine, address: machineAddress(around.machines, slot.machine) };
  const meanwhile = spec.services.map((service) => serversMeanwhile(service, around));
  return {
    ...slot,
    image,
    machineAddress: place.address,
    address: slotAddress(slot.slot),
    forwards: forwardsOf(spec.balancer),
    hash: hashOf({ image, slot: slot.slot }),
    interim: configOf(spec, around.assets, place, meanwhile),
    final: configOf(spec, around.assets, place, after),
  };
}

function forwardsOf({ publish, tls, stats }: BalancerSpec): Forward[] {
  return [
    { listen: publish, connect: 80 },
    ...(tls === undefined ? [] : [{ listen: tls.publish, connect: 443 }]),
    ...(stats === undefined ? [] : [{ listen: stats, connect: stats }]),
  ];
}

/** In ascending order. */
export function publishedPorts(balancer: BalancerSpec): number[] {
  return forwardsOf(balancer)
    .map(({ listen }) => listen)
    .sort((a, b) => a - b);
}

/** As instances bear it, to be compared. */
export function forwardsText(forwards: readonly Forward[]): string {
  return forwards.map(({ listen, connect }) => `${listen}:${connect}`).join();
}

export function machineAddress(machines: readonly { name: string; address: string }[], name: string): string {
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
  /** Of the machine. */
  readonly address: string;
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
      ...{ backend: service.name, server: server.name, healthPath: server.healthPath },
      ...reachedFrom(machine, server),
      startPeriod: service.health.startPeriod,
    })),
  );
  const checks = backends.map(({ service }) => [service.name, service.health.path]);
  const files = balancerFiles(spec.balancer, assets);
  const prepare = preparation(spec.balancer, place);
  return { text, files, prepare, hash: hashOf({ text, files, prepare }), checksHash: hashOf(checks), servers };
}

function preparation({ tls, vip }: BalancerSpec, { address }: Place): BalancerConfig['prepare'] {
  if (tls?.certificate !== 'self-signed') return [];
  return [selfSignedCommand(['localhost', '127.0.0.1', address, ...(vip === undefined ? [] : [vip])])];
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
