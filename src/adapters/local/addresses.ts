import { addressOf, networkOf, numberOf } from '../../domain/ipv4.ts';
import type { MachineAddress, Network } from '../../domain/network.ts';

/**
 * The address plan of a project's network, as distances from its first address: 1 is the bridge's own, 2 … 9 are the
 * balancers', 10 is the one that they share. Machines have 11 … 199 and, in networks larger than a /24, all from 256 on;
 * between them are build containers (200 … 250, by DHCP) and the container that keeps ports published (254).
 */
const [gateway, firstBalancer, balancers, shared, firstMachine] = [1, 2, 8, 10, 11];
const [firstBuilder, lastBuilder, door, firstLater] = [200, 250, 254, 256];

/** By which a machine is on the network. */
export const machineInterface = 'eth0';

/** The loopback of this host: `publish` leads its ports to the balancers. */
export const loopback = '127.0.0.1';

/** Of the smallest network with room for so many machines. */
export function prefixFor(machines: number): number {
  let bits = 24;
  while (machineHosts(2 ** (32 - bits)).length < machines) bits -= 1;
  return bits;
}

/** `cidr`: the bridge's own address, `198.18.7.1/24`. Machines keep what they have; where no room is left one gets none. */
export function networkAt(cidr: string, hosts: readonly string[], existing: readonly MachineAddress[]): Network {
  const { first, size } = networkOf(cidr);
  const taken = new Set(existing.map(({ address }) => numberOf(address) - first));
  const known = new Set(existing.map(({ name }) => name));
  const free = machineHosts(size).filter((host) => !taken.has(host));
  const fresh = hosts.filter((name) => !known.has(name));
  const at = (host: number) => addressOf(first + host);
  return {
    prefixLength: Number(cidr.split('/')[1]),
    gateway: at(gateway),
    interface: machineInterface,
    machines: [
      ...existing.map(({ name, address }) => ({ name, address })),
      ...fresh.slice(0, free.length).map((name, index) => ({ name, address: at(free[index] as number) })),
    ],
    balancers: Array.from({ length: balancers }, (_, index) => at(firstBalancer + index)),
    shared: at(shared),
    link: 'macvlan',
    entry: loopback,
  };
}

/** The network's last address is its broadcast address. */
function machineHosts(size: number): number[] {
  const [near, far] = [firstBuilder - firstMachine, Math.max(0, size - firstLater - 1)];
  return Array.from({ length: near + far }, (_, index) =>
    index < near ? firstMachine + index : firstLater + index - near,
  );
}

/** `ipv4.dhcp.ranges`. */
export function buildRange(cidr: string): string {
  const { first } = networkOf(cidr);
  return `${addressOf(first + firstBuilder)}-${addressOf(first + lastBuilder)}`;
}

/** With the prefix length. */
export function doorAddress(cidr: string): string {
  return `${addressOf(networkOf(cidr).first + door)}/${cidr.split('/')[1]}`;
}
