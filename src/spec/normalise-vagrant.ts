import type { HostSpec, Hypervisor, MachineSize, MachinesSpec, VagrantSpec } from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { certain } from './normalise-pieces.ts';
import type { SpecFile } from './schema.ts';
import { parseBytes } from './units.ts';

/**
 * Boxes of Debian 12 that are alive: the newest LXD that a box's own distribution still packages is Debian's. Ubuntu publishes no
 * boxes from 24.04 on, and generic/* are no longer kept; bento's are, for these hypervisors, and cloud-image's for libvirt. For
 * Hyper-V and LXC there is none.
 */
export const boxes: Readonly<Partial<Record<Hypervisor, string>>> = {
  virtualbox: 'bento/debian-12',
  vmware_desktop: 'bento/debian-12',
  parallels: 'bento/debian-12',
  libvirt: 'cloud-image/debian-12',
};

/**
 * Where addresses begin unless the file gives them. VirtualBox lets host-only networks have 192.168.56.0/21 and no others unless
 * told; `.1` is the host's. LXC has one network, which Debian's lxc-net puts here.
 */
const firstAddress = (hypervisor: Hypervisor) => (hypervisor === 'lxc' ? '10.0.3.' : '192.168.56.');
const firstNumber = 11;
/** VirtualBox's DHCP server sits at .100. */
export const mostMachines = 89;

type MachinesFile = SpecFile['machines'];

/** What only machines of Vagrant's have: each has an address and a size. */
export function vagrantMachines(file: MachinesFile): Required<Pick<MachinesSpec, 'ways' | 'vagrant'>> {
  const hypervisor = file.hypervisor ?? defaults.hypervisor;
  const hosts = Object.entries(Array.isArray(file.hosts) ? bare(file.hosts) : file.hosts).map(
    ([name, host]): [string, HostFile] => [name, typeof host === 'string' ? { address: host } : host],
  );
  const given = new Set(hosts.flatMap(([, { address }]) => address ?? []));
  const free = freeAddresses(firstAddress(hypervisor), given);
  const ways = hosts.map(([name, { address }]): [string, HostSpec] => [
    name,
    { address: address ?? certain(free.shift()) },
  ]);
  const sizes = hosts.map(([name, own]): [string, MachineSize] => [name, sizeOf(file, own)]);
  return { ways: Object.fromEntries(ways), vagrant: { ...making(file, hypervisor), sizes: Object.fromEntries(sizes) } };
}

function making(file: MachinesFile, hypervisor: Hypervisor): Omit<VagrantSpec, 'sizes'> {
  const { vagrantfile, box = boxes[hypervisor], box_url: boxUrl, box_version: boxVersion } = file;
  if (vagrantfile !== undefined) return { hypervisor, vagrantfile };
  return {
    hypervisor,
    ...(box !== undefined && { box }),
    ...(boxUrl !== undefined && { boxUrl }),
    ...(boxVersion !== undefined && { boxVersion }),
  };
}

interface HostFile extends SizeFile {
  readonly address?: string | undefined;
}

const bare = (names: readonly string[]): Record<string, HostFile> =>
  Object.fromEntries(names.map((name) => [name, {}]));

type SizeFile = Pick<MachinesFile, 'cpus' | 'memory'>;

function sizeOf(all: SizeFile, own: SizeFile): MachineSize {
  const memory = own.memory ?? all.memory ?? defaults.memory;
  return { cpus: own.cpus ?? all.cpus ?? defaults.cpus, memory: certain(parseBytes(memory)) };
}

function freeAddresses(network: string, given: ReadonlySet<string>): string[] {
  const all = Array.from({ length: mostMachines }, (_, index) => `${network}${firstNumber + index}`);
  return all.filter((address) => !given.has(address));
}
