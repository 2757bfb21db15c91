import { z } from 'zod';
import { stopSignals } from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { userComplaint, userPattern, variableComplaint, variablePattern } from './names.ts';
import { either, list, mapOf, oneOf, section, some, text } from './pieces.ts';
import * as rules from './rules.ts';
import * as program from './rules-program.ts';
import { secretTargetComplaint } from './rules-targets.ts';

/** What runs in an instance, and what it is given. */

export const owner = (description: string) =>
  text('`user` or `user:group`', program.ownerComplaint, {
    description,
    pattern: program.ownerPattern,
    examples: ['www-data', 'relevo:www-data'],
  });

export const mode = (description: string, extra: object) =>
  text('permission bits such as "0644"', rules.modeComplaint, {
    description,
    type: ['string', 'integer'],
    pattern: '^0?o?[0-7]{3,4}$',
    ...extra,
  });

const variable = text('a name', variableComplaint, {
  description: 'Name of an environment variable.',
  pattern: variablePattern,
});

const value = either(
  'text, a number, true or false',
  [text('text', program.valueComplaint, { description: 'Text.' }), z.number(), z.boolean()],
  { description: 'The value, taken as written; `$${` stands for `${`.' },
);

const environment = either(
  'a map NAME: value, or a list of NAME=value',
  [
    mapOf('a map NAME: value', variable, value, { description: 'By name.' }),
    list(
      'a list of NAME=value',
      text('NAME=value', program.assignmentComplaint, { description: 'NAME=value.', pattern: '=' }),
      { description: 'As Compose’s list.' },
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
    target: text('a path', secretTargetComplaint, {
      description: 'The service gets it as this file, and not as an environment variable.',
      pattern: '^/',
      examples: ['/run/secrets/token'],
    }).optional(),
    owner: owner('Of the file `target`: `user` or `user:group`; the service’s `user` unless said.').optional(),
    mode: mode('Permission bits of the file `target`, octal.', { default: defaults.secretMode }).optional(),
  },
  {
    description: 'Where the value comes from, `file` or `env`, and how the service gets it.',
    oneOf: [{ required: ['file'] }, { required: ['env'] }],
  },
).check((context) => {
  const given = Number('file' in context.value) + Number('env' in context.value);
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

const commandLine = (description: string, examples: readonly unknown[]) =>
  either(
    'a command line or a list of words',
    [
      text('a command line', program.commandComplaint, {
        description: 'A line, split at spaces outside quotes; no shell.',
      }),
      some(
        'a list of at least one word',
        text('text', () => undefined, { description: 'A word.' }),
        {
          description: 'Word by word.',
        },
      ).check((context) => {
        const complaint = context.value.length === 0 ? undefined : program.argvComplaint(context.value);
        if (complaint === undefined) return;
        const { message, hint } = complaint;
        context.issues.push({ code: 'custom', input: context.value, message, params: { hint }, continue: true });
      }),
    ],
    { description, examples },
  );

export const programKeys = {
  command: commandLine('The service’s own program, run as a systemd unit that restarts it.', [
    'node /opt/api/server.mjs',
    ['sh', '-c', 'exec my-server | tee log'],
  ]).optional(),
  working_dir: text('a path', program.directoryComplaint, {
    description: 'The directory where `command` and `release_command` start, an absolute path.',
    pattern: program.directoryPattern,
    default: defaults.workingDir,
    examples: ['/opt/api'],
  }).optional(),
  user: text('a user name', userComplaint, {
    description: `The user that runs \`command\`, made with a home where missing; \`${defaults.user}\` unless said.`,
    pattern: userPattern,
    examples: [defaults.user],
  }).optional(),
  stop_signal: oneOf(stopSignals, {
    description: 'The signal that asks `command` to end.',
    default: defaults.stopSignal,
    examples: ['SIGINT'],
  }).optional(),
  timezone: text('a time zone', program.timezoneComplaint, {
    description: 'The instances’ time zone; UTC unless said.',
    pattern: program.timezonePattern,
    examples: ['Europe/Madrid'],
  }).optional(),
  release_command: commandLine(
    'Run once for each release, such as a migration, in an instance of its own with the new image, before any new instance gets requests.',
    ['npx prisma migrate deploy', ['sh', '-c', 'bin/migrate && bin/seed']],
  ).optional(),
  environment: environment.optional(),
  secrets: mapOf('a map NAME: {file: path} or NAME: {env: NAME}', variable, secret, {
    description: 'Environment variables, or files, that are never printed and never in the image.',
    examples: [{ API_TOKEN: { file: 'token.txt' } }],
  }).optional(),
};
