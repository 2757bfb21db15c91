import { defaults } from './defaults.ts';
import { imageComplaint, knownImages, machineName, nameComplaint, namePattern } from './names.ts';
import { either, oneOf, section, some, text, whole } from './pieces.ts';

export const providers = ['local'] as const;

export const machine = text('a machine name', (name) => nameComplaint(name, machineName), {
  description: 'Name of a machine: letters, digits and hyphens, a letter first.',
  pattern: namePattern(machineName),
  examples: ['machine1'],
});

export const image = (description: string, fallback: string) =>
  text('the name of an image', imageComplaint, { description, default: fallback, examples: knownImages });

export const place = (description: string) =>
  either(
    'a machine name or a list of them',
    [machine, some('at least one machine name', machine, { description: 'Several machines.', uniqueItems: true })],
    {
      description,
      examples: [['machine1', 'machine2'], 'machine1'],
    },
  );

export const machinesSection = section(
  'keys such as `hosts`',
  {
    provider: oneOf(providers, {
      description: 'Who makes the machines. `local`: system containers of this host’s LXD that act as hosts.',
      default: defaults.provider,
    }).optional(),
    hosts: some('a list of at least one machine name', machine, {
      description: 'The machines, by name. Three or more make a cluster that survives the loss of one.',
      uniqueItems: true,
      examples: [['machine1', 'machine2', 'machine3']],
    }),
    image: image('Base image of the machines.', defaults.image).optional(),
  },
  { description: 'The machines that form the cluster.' },
);

export const port = (description: string, extra: object) =>
  whole('a port, a whole number from 1 to 65535', 1, 65535, { description, ...extra });
