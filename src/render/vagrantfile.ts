import type { Hypervisor, Spec, VagrantSpec } from '../domain/spec.ts';
import { macOf } from './mac.ts';
import { siteHead, siteProvisioners, siteTrigger } from './vagrant-site.ts';

/** What a Vagrantfile is made of. */
export interface VagrantfilePlan {
  readonly project: string;
  readonly vagrant: Omit<VagrantSpec, 'sizes' | 'vagrantfile'>;
  readonly machines: readonly VagrantMachine[];
  /** Whoever reads it is told where it comes from. */
  readonly remark: readonly string[];
  /** Plain `vagrant up` ends with the site: what is needed for it lies beside the file. */
  readonly site: boolean;
}

export interface VagrantMachine {
  readonly name: string;
  readonly address: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** The machines of the file; none where Vagrant does not make them. */
/** The file's machines are Vagrant's, or the caller is wrong here. */
export function vagrantOf({ machines }: Pick<Spec, 'machines'>): VagrantSpec {
  if (machines.vagrant === undefined) throw new Error('these machines are not made by Vagrant');
  return machines.vagrant;
}

export function vagrantMachinesOf({
  machines: { hosts, ways = {}, vagrant },
}: Pick<Spec, 'machines'>): VagrantMachine[] {
  return hosts.flatMap((name) => {
    const [way, size] = [ways[name], vagrant?.sizes[name]];
    return way === undefined || size === undefined ? [] : [{ name, address: way.address, ...size }];
  });
}

/** Nothing of the user's file gets into it but as a literal of Ruby's. Source: https://developer.hashicorp.com/vagrant/docs/vagrantfile. */
export function vagrantfile(plan: VagrantfilePlan): string {
  const { vagrant, machines, remark, site } = plan;
  return lines(
    '# -*- mode: ruby -*-',
    ...remark.map((line) => `# ${line}`),
    '',
    ...(site ? siteHead : []),
    ...sequential(vagrant.hypervisor),
    'machines = {',
    ...machines.map((machine) => machineLine(machine, vagrant.hypervisor)),
    '}',
    '',
    "Vagrant.configure('2') do |config|",
    ...boxLines(vagrant),
    '  # nothing is shared with the computer: it would be slow, and machines would see one another’s files',
    "  config.vm.synced_folder '.', '/vagrant', disabled: true",
    '',
    '  machines.each do |name, own|',
    '    config.vm.define name do |machine|',
    '      machine.vm.hostname = name',
    ...hypervisors[vagrant.hypervisor](plan.project).map((line) => `      ${line}`),
    ...(site ? siteProvisioners.map((line) => `      ${line}`) : []),
    '    end',
    '  end',
    ...(site ? ['', ...siteTrigger.map((line) => `  ${line}`)] : []),
    'end',
  );
}

function lines(...all: readonly string[]): string {
  return `${all.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** In single quotes Ruby knows two escapes and nothing else: no interpolation, whatever the text. Source: Ruby's doc/syntax/literals.rdoc. */
export function rubyString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

const mebibyte = 1024 ** 2;

function machineLine({ name, address, cpus, memory }: VagrantMachine, hypervisor: Hypervisor): string {
  const mac = hypervisor === 'lxc' ? [`mac: ${rubyString(macOf(address))}`] : [];
  const own = [`address: ${rubyString(address)}`, ...mac, `cpus: ${cpus}`, `memory: ${Math.floor(memory / mebibyte)}`];
  return `  ${rubyString(name)} => { ${own.join(', ')} },`;
}

/** It makes the machines' network as each of them comes up, and does so twice where they come up at once (vagrant-libvirt#104). */
function sequential(hypervisor: Hypervisor): string[] {
  return hypervisor === 'libvirt'
    ? ["ENV['VAGRANT_NO_PARALLEL'] ||= 'yes' # else they race for their network", '']
    : [];
}

function boxLines({ box = '', boxUrl, boxVersion }: VagrantfilePlan['vagrant']): string[] {
  return [
    `  config.vm.box = ${rubyString(box)}`,
    ...(boxUrl === undefined ? [] : [`  config.vm.box_url = ${rubyString(boxUrl)}`]),
    ...(boxVersion === undefined ? [] : [`  config.vm.box_version = ${rubyString(boxVersion)}`]),
    '  config.vm.box_check_update = false',
  ];
}

const privateNetwork = "machine.vm.network 'private_network', ip: own[:address]";

/** A provider's block: `more` are lines of its own settings. */
function sized(provider: string, ...more: readonly string[]): string[] {
  return [
    `machine.vm.provider '${provider}' do |vm|`,
    '  vm.cpus = own[:cpus]',
    '  vm.memory = own[:memory]',
    ...more.map((line) => `  ${line}`),
    'end',
  ];
}

const linkedClone = 'vm.linked_clone = true # the box’s disk is there once, for all of them';

/** Within the block of one machine. */
const hypervisors: Readonly<Record<Hypervisor, (project: string) => readonly string[]>> = {
  virtualbox: () => [privateNetwork, ...sized('virtualbox', linkedClone)],
  libvirt: () => [privateNetwork, ...sized('libvirt')],
  vmware_desktop: () => [privateNetwork, ...sized('vmware_desktop', linkedClone)],
  parallels: () => [privateNetwork, ...sized('parallels', linkedClone)],
  hyperv: () => [
    ...sized('hyperv', linkedClone),
    '# Vagrant gives machines of Hyper-V no addresses: each takes its own, beside that of the switch, at every start',
    "machine.vm.provision 'address', type: 'shell', run: 'always', args: [own[:address]],",
    '                               inline: \'ip address replace "$1/24" dev eth0\'',
  ],
  lxc: lxcLines,
};

/**
 * Vagrant-lxc's `private_network` does not work with liblxc 5 (its script looks for cgroups by their old names), so the address is
 * LXC's affair. It stays with one hardware address: else the others talk to the old one for a minute after a restart.
 */
function lxcLines(project: string): string[] {
  const network = [
    "lxc.customize 'net.0.type', 'veth'",
    "lxc.customize 'net.0.link', 'lxcbr0'",
    "lxc.customize 'net.0.flags', 'up'",
    "lxc.customize 'net.0.hwaddr', own[:mac]",
    "lxc.customize 'net.0.ipv4.address', own[:address] + '/24'",
    "lxc.customize 'net.0.ipv4.gateway', 'auto' # the bridge’s own address",
  ];
  const loops = [
    '# LXD keeps its btrfs in a file: the machine may use loop devices',
    "['b 7:* rwm', 'c 10:237 rwm', 'c 10:234 rwm'].each do |device|",
    '  %w[cgroup cgroup2].each { |version| lxc.customize "#{version}.devices.allow", device }',
    'end',
    "(['loop-control', 'btrfs-control'] + (0..15).map { |number| \"loop#{number}\" }).each do |device|",
    '  lxc.customize \'mount.entry\', "/dev/#{device} dev/#{device} none bind,create=file,optional 0 0"',
    'end',
  ];
  return [
    "machine.vm.provider 'lxc' do |lxc|",
    `  lxc.container_name = ${rubyString(`${project}-`)} + name`,
    "  lxc.tmpfs_mount_size = ''",
    '  lxc.ssh_ip_addr = own[:address]',
    ...[...network, ...loops].map((line) => `  ${line}`),
    'end',
  ];
}
