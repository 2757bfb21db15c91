import { checkMark, checkOf, protocolIn } from '../domain/check.ts';
import type {
  BalancerConfig,
  BalancerLink,
  BalancerPlan,
  ImageFile,
  InstancePlan,
  ServerPlan,
} from '../domain/desired.ts';
import { hashOf } from '../domain/hash.ts';
import { agentPort, callsPort, type MachineAddress, type Network } from '../domain/network.ts';
import { instanceNetwork, slotAddress, slotAgentPort, slotPort } from '../domain/slots.ts';
import type { BalancerSpec, ServiceSpec, Spec } from '../domain/spec.ts';
import { type HaproxyService, haproxyConfig } from '../render/haproxy.ts';
import { balancerFiles } from '../render/haproxy-files.ts';
import { withStats } from '../render/haproxy-stats.ts';
import { selfSignedCommand } from '../render/haproxy-tls.ts';
import { haproxyTrial } from '../render/haproxy-trial.ts';
import { keepalivedConfig, keepalivedFile, sharingFiles, takeOver, type VrrpMember } from '../render/keepalived.ts';
import { outerPrefixLength } from '../render/link.ts';
import { balancerNetworks } from '../render/networkd.ts';
import { silenceFile } from '../render/silence.ts';
import { controllerPlan, type PlanInput } from './controller.ts';
import { imageAlias } from './images.ts';
import type { Slot } from './place.ts';

/** `slots`: where they are to stand. */
export function balancerPlans(
  spec: Spec,
  slots: readonly Slot[],
  around: PlanInput & { readonly instances: readonly InstancePlan[] },
): BalancerPlan[] {
  const image = imageAlias(around.images, 'balancer');
  const services = Map.groupBy(around.instances, ({ service }) => service);
  const backends = spec.services.map((service) => ({ service, servers: services.get(service.name) ?? [] }));
  const controller = controllerPlan(spec, around);
  const { network } = around.view;
  return slots.map((slot) => {
    const outer = outerLink(network, slot.name);
    const address = machineAddress(around.machines, slot.machine);
    const files = [
      ...balancerNetworks(instanceNetwork, address, outer && { ...network, address: outer.address }),
      ...(outer === undefined ? [] : sharingFiles()),
    ];
    return {
      ...{ ...slot, image, files, controller, ...(outer && { outer }) },
      address: slotAddress(slot.slot),
      forwards: [...publishedPorts(spec.balancer), callsPort],
      hash: hashOf({ image, slot: slot.slot, files, outer }),
      final: balancerConfig(spec, slot, backends, around),
    };
  });
}

function outerLink(network: Network, balancer: string): BalancerLink | undefined {
  if (network.shared === undefined) return undefined;
  const { link, interface: parent } = network;
  return { link, parent, address: vrrpMember(network, balancer).address };
}

/** What a balancer loads so that it knows these servers. */
export function balancerConfig(
  spec: Spec,
  { name, machine }: Pick<Slot, 'name' | 'machine'>,
  backends: readonly Backend[],
  { assets, machines, view }: Omit<PlanInput, 'images'>,
): BalancerConfig {
  const { shared, shared6, entry } = view.network;
  const known = backends.map((backend) => serviceFrom(machine, backend));
  const text = haproxyConfig(withStats(spec.balancer, assets), known);
  const trial = haproxyTrial(spec.balancer, known);
  const silent = silenceFile([...publishedPorts(spec.balancer), callsPort]);
  const files = [...balancerFiles(spec.balancer, assets), ...sharing(view.network, name), silent];
  const address = machineAddress(machines, machine);
  const own = outerLink(view.network, name)?.address;
  const names = ['localhost', entry, address, own, shared, shared6].filter((each) => each !== undefined);
  const prepare = spec.balancer.tls?.certificates === 'self-signed' ? [takeOver, selfSignedCommand(names)] : [takeOver];
  return {
    ...{ text, trial, files, prepare },
    hash: hashOf({ text, files, prepare }),
    filesHash: hashOf({ files, prepare }),
    checksHash: checksHashOf(spec.balancer, known),
    servers: backends.flatMap((backend) => serversFrom(machine, backend)),
  };
}

function sharing(network: Network, name: string): ImageFile[] {
  if (network.shared === undefined) return [];
  const peers = vrrpMembers(network).filter((member) => member.name !== name);
  const shared = `${network.shared}/${outerPrefixLength(network)}`;
  return [keepalivedFile(keepalivedConfig(shared, vrrpMember(network, name), peers, network.shared6))];
}

/** Of all that decides what checks ask, whoever is asked. */
function checksHashOf(balancer: BalancerSpec, services: readonly HaproxyService[]): string {
  const questions = services.map(({ service }) => checkMark(checkOf(service)));
  return hashOf([
    questions,
    haproxyTrial(
      balancer,
      services.map((each) => ({ ...each, servers: [] })),
    ),
  ]);
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
  return balancerNames.slice(0, balancers.length).map((name, index) => ({
    name,
    address: balancers[index] as string,
    priority: 200 - 40 * index,
  }));
}

/** Where they share an address, each has one of its own: there are no more than that. */
export function balancerNamesOn(network: Network): readonly string[] {
  if (network.shared === undefined) return balancerNames;
  return vrrpMembers(network).map(({ name }) => name);
}

function vrrpMember(network: Network, balancer: string): VrrpMember {
  return vrrpMembers(network).find(({ name }) => name === balancer) as VrrpMember;
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
  /** Of the check that it is known to answer. */
  readonly checkMark: string;
  readonly role: 'primary' | 'backup';
}

/** A service and the servers that a balancer shall know of it. */
export interface Backend {
  readonly service: ServiceSpec;
  readonly servers: readonly Whereabouts[];
}

/** As haproxy.cfg of a balancer on this machine has it. */
function serviceFrom(machine: string, { service, servers }: Backend): HaproxyService {
  return {
    service,
    servers: servers.map((server) => {
      const { address, port } = reachedFrom(machine, server);
      const agent = service.algorithm === 'resource' && { agent: agentReachedFrom(machine, server) };
      const protocol = protocolIn(server.checkMark);
      return { name: server.name, role: server.role, protocol, address: `${address}:${port}`, ...agent };
    }),
    connectOnly: servers.some((server) => server.checkMark !== checkMark(checkOf(service))),
  };
}

function serversFrom(machine: string, { service, servers }: Backend): ServerPlan[] {
  return servers.map((server) => ({
    ...{ backend: service.name, server: server.name, role: server.role, check: checkOf(service) },
    ...reachedFrom(machine, server),
    startPeriod: service.health.startPeriod,
  }));
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
