import { z } from 'zod';
import { defaults } from './defaults.ts';
import {
  packageComplaint,
  packagePattern,
  userComplaint,
  userPattern,
  variableComplaint,
  variablePattern,
} from './names.ts';
import { either, expected, flag, list, mapOf, section, some, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import { image, place, port } from './schema-cluster.ts';
import { trafficKeys } from './schema-traffic.ts';

const file = section(
  'keys such as `source` and `target`',
  {
    source: text('a path', rules.sourceComplaint, {
      description: 'The file here, relative to this one.',
      examples: ['site/index.html'],
    }),
    target: text('a path', rules.targetComplaint, {
      description: 'The file in the instance: an absolute path.',
      pattern: '^/',
      examples: ['/var/www/html/index.html'],
    }),
    template: flag({
      description: 'Fill in `{{instance.name}}`, `{{machine.name}}` and the like for each instance.',
      default: defaults.template,
    }).optional(),
    mode: text('permission bits such as "0644"', rules.modeComplaint, {
      description: 'Permission bits, octal.',
      type: ['string', 'integer'],
      pattern: '^0?o?[0-7]{3,4}$',
      default: defaults.mode,
      examples: ['0644', '0755'],
    }).optional(),
  },
  { description: 'A file that the image carries.' },
);

const variable = text('a name', variableComplaint, {
  description: 'Name of an environment variable.',
  pattern: variablePattern,
});

const value = either(
  'text, a number, true or false',
  [text('text', rules.wordComplaint, { description: 'Text.' }), z.number(), z.boolean()],
  {
    description: 'The value, taken as written.',
  },
);

const environment = either(
  'a map NAME: value, or a list of NAME=value',
  [
    mapOf('a map NAME: value', variable, value, { description: 'By name.' }),
    list(
      'a list of NAME=value',
      text('NAME=value', rules.assignmentComplaint, { description: 'NAME=value.', pattern: '=' }),
      {
        description: 'As Compose’s list.',
      },
    ),
  ],
  {
    description: 'Environment variables of `command`, and of the units that packages bring.',
    examples: [{ GREETING: 'Hello', WORKERS: 2 }, ['GREETING=Hello']],
  },
);

const secret = section(
  '`file: path` or `env: NAME`',
  {
    file: text('a path', rules.sourceComplaint, {
      description: 'A file here, relative to this one.',
      examples: ['token.txt'],
    }).optional(),
    env: text('a name', variableComplaint, {
      description: 'A variable of Relevo’s own environment.',
      pattern: variablePattern,
      examples: ['API_TOKEN'],
    }).optional(),
  },
  {
    description: 'Where the value comes from: one of the two.',
    oneOf: [{ required: ['file'] }, { required: ['env'] }],
  },
).check((context) => {
  const given = Object.keys(context.value).length;
  if (given === 1) return;
  const message = given === 0 ? 'a secret needs `file` or `env`' : 'a secret has `file` or `env`, not both';
  context.issues.push({
    code: 'custom',
    input: context.value,
    message,
    params: { hint: 'for example `{file: token.txt}`' },
    continue: true,
  });
});

const command = either(
  'a command line or a list of words',
  [
    text('a command line', rules.commandComplaint, {
      description: 'A line, split at spaces outside quotes; no shell.',
    }),
    some('a list of at least one word', text('text', rules.wordComplaint, { description: 'A word.' }), {
      description: 'Word by word.',
    }).check((context) => {
      if (context.value[0] !== '') return;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: 'the first word names the program, and it is empty',
        continue: true,
      });
    }),
  ],
  {
    description: 'The service’s own program, run as a systemd unit that restarts it.',
    examples: ['node /opt/api/server.mjs', ['sh', '-c', 'exec my-server | tee log']],
  },
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
    command: command.optional(),
    user: text('a user name', userComplaint, {
      description: `The user that runs \`command\`, made where missing; \`${defaults.user}\` unless said.`,
      pattern: userPattern,
      examples: [defaults.user],
    }).optional(),
    environment: environment.optional(),
    secrets: mapOf('a map NAME: {file: path} or NAME: {env: NAME}', variable, secret, {
      description: 'Environment variables that are never printed and never in the image.',
      examples: [{ API_TOKEN: { file: 'token.txt' } }],
    }).optional(),
    limits: limits.optional(),
    port: port('The port on which the service listens in its instance.', { examples: [80] }),
    replicas: z
      .int({ error: (issue) => expected('a whole number', issue.input) })
      .min(1, { error: (issue) => expected('a whole number, 1 or more', issue.input) })
      .meta({
        description: 'How many instances; on different machines while one is free.',
        default: defaults.replicas,
        examples: [2],
      })
      .optional(),
    place: place('The machines that may carry this service; all of them unless said.').optional(),
    ...trafficKeys,
  },
  { description: 'A service.' },
);
