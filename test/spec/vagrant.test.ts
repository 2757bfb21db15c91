import { describe, expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.ts';
import { vagrantSpec } from '../rig/vagrant.ts';

/** Messages about `machines`, each with its path. */
function complaints(machines: string): string[] {
  const text = `version: 1\nname: shop\nmachines: { ${machines} }\nservices: { web: { packages: [apache2], port: 80 } }\n`;
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  return loaded.ok ? [] : loaded.diagnostics.map(({ path, message }) => `${path}: ${message}`);
}

describe('machines that Vagrant makes', () => {
  it('have addresses, a size and a box unless the file says otherwise', () => {
    expect(vagrantSpec('').machines).toEqual({
      provider: 'vagrant',
      hosts: ['m1', 'm2', 'm3'],
      image: 'debian/12',
      ways: { m1: { address: '192.168.56.11' }, m2: { address: '192.168.56.12' }, m3: { address: '192.168.56.13' } },
      vagrant: {
        hypervisor: 'virtualbox',
        box: 'bento/debian-12',
        sizes: Object.fromEntries(['m1', 'm2', 'm3'].map((name) => [name, { cpus: 2, memory: 2 * 1024 ** 3 }])),
      },
    });
  });

  it('take what is said of all of them, and of one', () => {
    const { ways, vagrant } = vagrantSpec(
      'hypervisor: libvirt, cpus: 1, box_url: "https://example.org/a.box", box_version: ">= 1.2"',
      '{ m1: { memory: 4GiB }, m2: 192.168.56.11, m3: { address: 192.168.100.13, cpus: 4 } }',
    ).machines;
    expect(ways).toEqual({
      m1: { address: '192.168.56.12' }, // the next that nobody has
      m2: { address: '192.168.56.11' },
      m3: { address: '192.168.100.13' },
    });
    expect(vagrant).toEqual({
      ...{
        hypervisor: 'libvirt',
        box: 'cloud-image/debian-12',
        boxUrl: 'https://example.org/a.box',
        boxVersion: '>= 1.2',
      },
      sizes: {
        m1: { cpus: 1, memory: 4 * 1024 ** 3 },
        m2: { cpus: 1, memory: 2 * 1024 ** 3 },
        m3: { cpus: 4, memory: 2 * 1024 ** 3 },
      },
    });
  });

  it.each([
    ['hosts: [m1], box: a/b', 'machines.box: `box` is for machines that Vagrant makes'],
    ['provider: ssh, hosts: { m1: { user: ana } }', 'machines.hosts.m1: a host over SSH needs its `address`'],
    [
      'provider: ssh, hosts: { m1: { address: 192.0.2.1, cpus: 2 } }',
      'machines.hosts.m1.cpus: `cpus` is for machines that Vagrant makes',
    ],
    [
      'provider: vagrant, hosts: { m1: { user: ana } }',
      'machines.hosts.m1.user: `user` is for hosts over SSH: Vagrant knows how its machines are reached',
    ],
    ['provider: vagrant, hosts: [m1], image: debian/12', 'machines.image: what Vagrant’s machines run is in their box'],
    [
      'provider: vagrant, hosts: [m1], hypervisor: lxc',
      'machines.hypervisor: nobody publishes a box of Debian 12 for lxc',
    ],
    [
      'provider: vagrant, hosts: [m1], vagrantfile: Vagrantfile, cpus: 2',
      'machines.cpus: with a Vagrantfile of your own, `cpus` belongs there',
    ],
    ['provider: vagrant, hosts: [m1], memory: 64MiB', 'machines.memory: `64MiB` is too little memory for a machine'],
    ['provider: vagrant, hosts: [m1], box_version: newest', 'machines.box_version: `newest` is no version of a box'],
    ['provider: vagrant, hosts: [m1], box_url: boxes/a.box', 'machines.box_url: `boxes/a.box` is no URL of a box'],
    [
      'provider: vagrant, hosts: { m1: 192.168.56.11, m2: 192.168.56.11 }',
      'machines.hosts.m2: 192.168.56.11 is the address of `machines.hosts.m1` already',
    ],
  ])('are refused where %s', (machines, complaint) => {
    expect(complaints(machines)).toEqual([complaint]);
  });
});
