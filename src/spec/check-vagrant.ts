import { hostNames } from './check-machines.ts';
import { entries, isBranch, pick } from './data.ts';
import { defaults } from './defaults.ts';
import { boxes, mostMachines } from './normalise-vagrant.ts';
import { hypervisors, vagrantKeys } from './schema-vagrant.ts';
import type { Finding, Path } from './source.ts';

const machinesPath: Path = ['machines'];
const hostsPath: Path = ['machines', 'hosts'];

/** Which keys go with which provider. */
export function vagrantFindings(data: unknown): Finding[] {
  const provider = pick(data, ['machines', 'provider']) ?? defaults.provider;
  if (provider !== 'vagrant') return [...onlyVagrants(data), ...(provider === 'ssh' ? withoutAddress(data) : [])];
  return [...othersKeys(data), ...boxFindings(data), ...ownFileFindings(data), ...tooMany(data)];
}

function onlyVagrants(data: unknown): Finding[] {
  const paths = [
    ...keysOf(pick(data, machinesPath), Object.keys(vagrantKeys)).map((key) => [...machinesPath, key]),
    ...hostKeys(data, ['cpus', 'memory']),
  ];
  return paths.map((path) => ({
    ...{ path, key: true, message: `\`${path.at(-1)}\` is for machines that Vagrant makes` },
    hint: 'write `provider: vagrant`, or delete the line',
  }));
}

function withoutAddress(data: unknown): Finding[] {
  return entries(data, hostsPath).flatMap(([name, host]) =>
    isBranch(host) && !('address' in host)
      ? [
          {
            path: [...hostsPath, name],
            message: 'a host over SSH needs its `address`',
            hint: 'for example `address: 192.0.2.11`',
          },
        ]
      : [],
  );
}

function othersKeys(data: unknown): Finding[] {
  const ways = hostKeys(data, ['user', 'port', 'jump', 'host_key', 'power']).map((path) => ({
    ...{
      path,
      key: true,
      message: `\`${path.at(-1)}\` is for hosts over SSH: Vagrant knows how its machines are reached`,
    },
    hint: 'delete the line',
  }));
  const image = keysOf(pick(data, machinesPath), ['image']).map((key) => ({
    ...{ path: [...machinesPath, key], key: true, message: 'what Vagrant’s machines run is in their box' },
    hint: 'name it with `box`, or delete the line',
  }));
  return [...ways, ...image];
}

/** Where nobody publishes a box for the hypervisor, the user has to name one. */
function boxFindings(data: unknown): Finding[] {
  const hypervisor = pick(data, ['machines', 'hypervisor']) ?? defaults.hypervisor;
  const known = hypervisors.find((each) => each === hypervisor);
  const isNamed = ['box', 'vagrantfile'].some((key) => pick(data, ['machines', key]) !== undefined);
  if (known === undefined || isNamed || boxes[known] !== undefined) return [];
  const message = `nobody publishes a box of Debian 12 for ${known}`;
  return [
    {
      path: ['machines', 'hypervisor'],
      message,
      hint: 'name one with `box`, and where it is with `box_url`: docs/vagrant.md',
    },
  ];
}

function ownFileFindings(data: unknown): Finding[] {
  if (pick(data, ['machines', 'vagrantfile']) === undefined) return [];
  const keys = ['box', 'box_url', 'box_version', 'cpus', 'memory'];
  const paths = [
    ...keysOf(pick(data, machinesPath), keys).map((key) => [...machinesPath, key]),
    ...hostKeys(data, ['cpus', 'memory']),
  ];
  return paths.map((path) => ({
    ...{ path, key: true, message: `with a Vagrantfile of your own, \`${path.at(-1)}\` belongs there` },
    hint: 'move it there, or delete `vagrantfile`',
  }));
}

function tooMany(data: unknown): Finding[] {
  const count = hostNames(data).length;
  if (count <= mostMachines) return [];
  return [
    {
      path: [...hostsPath],
      message: `${count} machines are more than Vagrant’s network has room for`,
      hint: `at most ${mostMachines}`,
    },
  ];
}

function hostKeys(data: unknown, keys: readonly string[]): Path[] {
  return entries(data, hostsPath).flatMap(([name, host]) => keysOf(host, keys).map((key) => [...hostsPath, name, key]));
}

function keysOf(branch: unknown, keys: readonly string[]): string[] {
  return isBranch(branch) ? keys.filter((key) => Object.hasOwn(branch, key)) : [];
}
