import { defaults } from './defaults.ts';
import { oneOf, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import { boxComplaint, boxUrlComplaint, boxVersionComplaint, machineMemoryComplaint } from './rules-vagrant.ts';

/** What Vagrant calls providers. */
export const hypervisors = ['virtualbox', 'libvirt', 'vmware_desktop', 'hyperv', 'parallels', 'lxc'] as const;

/** Of all machines, or of one. */
export const sizeKeys = {
  cpus: whole('a whole number of CPUs, 1 or more', 1, 128, {
    description: `CPUs of a machine that Vagrant makes; ${defaults.cpus} unless said.`,
    examples: [2],
  }).optional(),
  memory: text('an amount with its unit, such as 2GiB', machineMemoryComplaint, {
    description: `Memory of a machine that Vagrant makes; ${defaults.memory} unless said.`,
    pattern: '^[0-9]+ ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$',
    examples: ['2GiB'],
  }).optional(),
};

export const vagrantKeys = {
  hypervisor: oneOf(hypervisors, {
    description: 'With Vagrant: what runs the machines, which Vagrant calls their provider.',
    default: defaults.hypervisor,
  }).optional(),
  box: text('the name of a box', boxComplaint, {
    description:
      'With Vagrant: what the machines are made of, Debian 12 or 13. Unless said, one of Debian 12 that is alive for the hypervisor.',
    examples: ['bento/debian-12'],
  }).optional(),
  box_url: text('a URL', boxUrlComplaint, {
    description: 'With Vagrant: where the box comes from, if not from Vagrant’s own registry.',
    examples: ['https://boxes.example.org/debian-12.box'],
  }).optional(),
  box_version: text('a version', boxVersionComplaint, {
    description: 'With Vagrant: the version of the box, or a constraint; the newest unless said.',
    examples: ['202510.26.0', '>= 202510'],
  }).optional(),
  ...sizeKeys,
  vagrantfile: text('a path', rules.sourceComplaint, {
    description:
      'A Vagrantfile of your own, relative to this file, instead of one that is made: it defines machines of these names and addresses.',
    examples: ['Vagrantfile'],
  }).optional(),
};
