import { z } from 'zod';
import { defaults } from './defaults.ts';
import { packageComplaint, packagePattern } from './names.ts';
import { expected, flag, list, section, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import { targetComplaint } from './rules-targets.ts';
import { image, place, port } from './schema-cluster.ts';
import { mode, owner, programKeys } from './schema-program.ts';
import { trafficKeys } from './schema-traffic.ts';

const file = section(
  'keys such as `source` and `target`',
  {
    source: text('a path', rules.sourceComplaint, {
      description: 'The file or directory here, relative to this one.',
      examples: ['site/index.html'],
    }),
    target: text('a path', targetComplaint, {
      description: 'The file or directory in the instance: an absolute path.',
      pattern: '^/',
      examples: ['/var/www/html/index.html'],
    }),
    template: flag({
      description: 'Fill in `{{instance.name}}`, `{{machine.name}}` and the like for each instance.',
      default: defaults.template,
    }).optional(),
    mode: mode('Permission bits, octal; 0644 unless said, and in a directory those of each file.', {
      examples: ['0644', '0755'],
    }).optional(),
    owner: owner('Whose it is: `user` or `user:group`; root’s unless said.').optional(),
  },
  { description: 'A file, or a directory with all that is in it, that the image carries.' },
);

const limits = section(
  'keys such as `cpu` and `memory`',
  {
    cpu: whole('a whole number of CPUs, 1 or more', 1, 4096, {
      description: 'Number of CPUs.',
      examples: [1],
    }).optional(),
    memory: text('an amount with its unit, such as 256MiB', rules.memoryComplaint, {
      description: 'Memory, with a unit of LXD’s: MiB, GiB, MB, GB.',
      pattern: '^[0-9]+ ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$',
      examples: ['256MiB', '1GiB'],
    }).optional(),
    disk: text('an amount with its unit, such as 2GiB', rules.diskComplaint, {
      description:
        'Root disk: what an instance writes, and what it changes of its image. Only on hosts over SSH that are in an LXD cluster already, on a `machines.pool` of the kind zfs, lvm or ceph.',
      pattern: '^[0-9]+ ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$',
      examples: ['2GiB'],
    }).optional(),
    processes: whole('a whole number of processes, 32 or more', 32, 4_194_304, {
      description: 'Processes and threads, those of the system itself among them.',
      examples: [500],
    }).optional(),
  },
  { description: 'The most that one instance may use; without them, no limit.' },
);

export const service = section(
  'keys such as `port`',
  {
    image: image('Base image of the instances.', defaults.image).optional(),
    packages: list(
      'a list of packages',
      text('a package name', packageComplaint, { description: 'A package.', pattern: packagePattern }),
      {
        description: 'Packages of the distribution that the image carries.',
        examples: [['apache2']],
      },
    ).optional(),
    files: list('a list of files, each with `source` and `target`', file, {
      description: 'Files that the image carries.',
    }).optional(),
    run: list(
      'a list of commands',
      text('a command line', rules.stepComplaint, { description: 'A line for `sh -e`.' }),
      {
        description: 'Build steps: run once as root, in this order, while the image is built.',
        examples: [['a2enmod headers']],
      },
    ).optional(),
    ...programKeys,
    limits: limits.optional(),
    port: port('The port on which the service listens in its instance.', { examples: [80] }),
    replicas: z
      .int({ error: (issue) => expected('a whole number', issue.input) })
      .min(0, { error: (issue) => expected('a whole number, 0 or more', issue.input) })
      .meta({
        description:
          'How many instances; on different machines while one is free. 0: none, backups neither; requests get 503.',
        default: defaults.replicas,
        examples: [2],
      })
      .optional(),
    depends_on: list(
      'a list of services',
      text('the name of a service', () => undefined, { description: 'A service of this file.' }),
      {
        description: 'Services whose new instances answer before this one’s are made. Nothing waits for them later.',
        examples: [['api']],
      },
    ).optional(),
    place: place('The machines that may carry this service; all of them unless said.').optional(),
    ...trafficKeys,
  },
  { description: 'A service.' },
);
