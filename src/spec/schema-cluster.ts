import { defaults } from './defaults.ts';
import {
  imageComplaint,
  imageRule,
  knownImages,
  machineImages,
  machineName,
  nameComplaint,
  namePattern,
  userComplaint,
  userPattern,
} from './names.ts';
import { either, mapOf, oneOf, section, some, text, whole } from './pieces.ts';
import type { Rule } from './rules.ts';
import {
  addressComplaint,
  hostKeyComplaint,
  hostKeyPattern,
  jumpComplaint,
  jumpPattern,
  poolComplaint,
  poolPattern,
} from './rules-hosts.ts';
import { ipv4Pattern } from './rules-traffic.ts';
import { sizeKeys, vagrantKeys } from './schema-vagrant.ts';

export const providers = ['local', 'ssh', 'vagrant'] as const;

export const machine = text('a machine name', (name) => nameComplaint(name, machineName), {
  description: 'Name of a machine: letters, digits and hyphens, a letter first.',
  pattern: namePattern(machineName),
  examples: ['machine1'],
});

export const image = (
  description: string,
  fallback: string,
  rule: Rule = imageComplaint,
  examples: readonly string[] = knownImages,
) => text('the name of an image', rule, { description, default: fallback, examples });

export const place = (description: string) =>
  either(
    'a machine name or a list of them',
    [machine, some('at least one machine name', machine, { description: 'Several machines.', uniqueItems: true })],
    {
      description,
      examples: [['machine1', 'machine2'], 'machine1'],
    },
  );

const address = (description: string) =>
  text('an IPv4 address', addressComplaint, { description, pattern: ipv4Pattern, examples: ['192.0.2.11'] });

const words = (what: string, examples: readonly string[]) =>
  some(
    'a list of words',
    text('a word', () => undefined, { description: 'One word of the command.' }),
    {
      description: `The command that ${what}, word by word; no shell reads it. \`{{name}}\` and \`{{address}}\` are the host's.`,
      examples: [examples],
    },
  );

const power = section(
  'the keys `off` and `on`',
  {
    off: words('cuts its power, and ends when it is off', ['ipmitool', '-H', 'bmc-{{name}}', 'power', 'off']),
    on: words('gives its power back', ['ipmitool', '-H', 'bmc-{{name}}', 'power', 'on']),
  },
  { description: 'Commands of your computer for its power: for `relevo replace`, and the fault `machine.off`.' },
);

const host = either(
  'an IPv4 address, or keys such as `address`',
  [
    address('Its address on the network that all hosts share.'),
    section(
      'keys such as `address`',
      {
        address: address(
          'Its address on the network that all hosts share. Over SSH it is needed, and SSH goes there too; with Vagrant one is given unless said.',
        ).optional(),
        user: text('a user name', userComplaint, {
          description: 'Who logs in: root, or somebody who may use sudo. Whom ssh takes unless said.',
          pattern: userPattern,
          examples: ['admin'],
        }).optional(),
        port: whole('a port, a whole number from 1 to 65535', 1, 65535, {
          description: 'The port of its SSH server; what ssh takes unless said.',
          examples: [2222],
        }).optional(),
        jump: text('a host', jumpComplaint, {
          description: 'The host through which it is reached: `user@host:port`, only the host is needed.',
          pattern: jumpPattern,
          examples: ['bastion.example.org'],
        }).optional(),
        host_key: text('a public key', hostKeyComplaint, {
          description: 'Its public host key, as `ssh-keyscan` prints it; what your known_hosts say unless said.',
          pattern: hostKeyPattern,
          examples: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE'],
        }).optional(),
        ...sizeKeys,
        power: power.optional(),
      },
      { description: 'A host, with how SSH reaches it; or a machine of Vagrant’s, with its size.' },
    ),
  ],
  { description: 'A host that is there already, or a machine of Vagrant’s.', examples: ['192.0.2.11'] },
);

const hosts = either(
  'a list of at least one machine name, or a map of hosts',
  [
    some('a list of at least one machine name', machine, {
      description: 'Machines that are made, by name.',
      uniqueItems: true,
    }),
    mapOf('a map of hosts by name', machine, host, {
      description: 'By name: hosts that are there already (`provider: ssh`), or machines of Vagrant’s.',
      minProperties: 1,
    }),
  ],
  {
    description: 'The machines. Three or more make a cluster that survives the loss of one.',
    examples: [['machine1', 'machine2', 'machine3'], { alfa: '192.0.2.11', beta: '192.0.2.12' }],
  },
);

const forMachines = imageRule(machineImages, 'has no LXD that machines could be made with');

export const machinesSection = section(
  'keys such as `hosts`',
  {
    provider: oneOf(providers, {
      description:
        'Whose machines they are. `local`: system containers of this host’s LXD that act as hosts. `ssh`: hosts that are there already. `vagrant`: virtual machines that Vagrant makes.',
      default: defaults.provider,
    }).optional(),
    hosts,
    image: image(
      'Base image of the machines that `local` makes.',
      defaults.image,
      forMachines,
      machineImages,
    ).optional(),
    ...vagrantKeys,
    pool: text('the name of a storage pool', poolComplaint, {
      description:
        'A storage pool that LXD has already: of this host, in which machines are made (`local`), or of the hosts’ cluster, where that has several (`ssh`). It stays when the rest goes. Unless said, the project makes one of its own.',
      pattern: poolPattern,
      examples: ['default'],
    }).optional(),
  },
  { description: 'The machines that form the cluster.' },
);

export const port = (description: string, extra: object) =>
  whole('a port, a whole number from 1 to 65535', 1, 65535, { description, ...extra });
