import { Command, CommanderError, type Help } from 'commander';
import { exitCodes, RelevoError } from '../domain/failure.ts';
import type { Process } from '../ports/process.ts';
import { guarded, terminal } from './io.ts';
import type { World } from './world.ts';

/** `whole` makes the command line with all its commands. */
type Make = (world: World, whole: () => Promise<Command>) => Command;

/** Commands by name. What one needs takes longer to import than most of them to run, so only the one that is typed is imported. */
const groups: readonly (readonly [heading: string, commands: Readonly<Record<string, () => Promise<Make>>>])[] = [
  [
    'From file to service:',
    {
      init: async () => (await import('./commands/init.ts')).init,
      import: async () => (await import('./commands/import.ts')).importCommand,
      plan: async () => (await import('./commands/plan.ts')).plan,
      up: async () => (await import('./commands/up.ts')).up,
      status: async () => (await import('./commands/status.ts')).status,
    },
  ],
  [
    'Day by day:',
    {
      scale: async () => (await import('./commands/scale.ts')).scale,
      restart: async () => (await import('./commands/restart.ts')).restart,
      events: async () => (await import('./commands/events.ts')).events,
    },
  ],
  [
    'Reach inside:',
    {
      exec: async () => (await import('./commands/exec.ts')).exec,
      shell: async () => (await import('./commands/shell.ts')).shell,
      logs: async () => (await import('./commands/logs.ts')).logs,
    },
  ],
  [
    'Machines:',
    {
      machines: async () => (await import('./commands/machines.ts')).machines,
      inventory: async () => (await import('./commands/inventory.ts')).inventory,
      drain: async () => (await import('./commands/drain.ts')).drain,
      restore: async () => (await import('./commands/drain.ts')).restore,
      replace: async () => (await import('./commands/replace.ts')).replace,
      upgrade: async () => (await import('./commands/upgrade.ts')).upgrade,
      halt: async () => (await import('./commands/halt.ts')).halt,
      start: async () => (await import('./commands/start.ts')).start,
      destroy: async () => (await import('./commands/destroy.ts')).destroy,
    },
  ],
  [
    'Prove it:',
    {
      load: async () => (await import('./commands/load.ts')).load,
      fault: async () => (await import('./commands/fault.ts')).fault,
    },
  ],
  [
    'Set up:',
    {
      vagrant: async () => (await import('./commands/vagrant.ts')).vagrant,
      doctor: async () => (await import('./commands/doctor.ts')).doctor,
      prune: async () => (await import('./commands/prune.ts')).prune,
      schema: async () => (await import('./commands/schema.ts')).schema,
      completion: async () => (await import('./commands/completion.ts')).completion,
    },
  ],
];

/** First words that ask for one command, or for none. */
const asksForNoOther = new Set(['-V', '--version', ...groups.flatMap(([, commands]) => Object.keys(commands))]);

/** The command line with the command that its first word names; with all of them where that is none: for help, and for typos. */
async function makeProgram(world: World, first?: string): Promise<Command> {
  const relevo = new Command('relevo')
    .description('High availability for stateless web services on a few Linux machines.')
    .version(world.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .enablePositionalOptions() // what stands after a command's name is that command's
    .usage('<command> [options]')
    .addHelpText('after', '\nEach command explains itself: relevo up --help');
  const isTyped = (name: string) => first === undefined || name === first || !asksForNoOther.has(first);
  for (const [heading, commands] of groups) {
    for (const [name, maker] of Object.entries(commands)) {
      if (isTyped(name)) relevo.addCommand((await maker())(world, () => makeProgram(world)).helpGroup(heading));
    }
  }
  for (const command of [relevo, ...relevo.commands.flatMap((each) => [each, ...each.commands])])
    tame(command, world.process);
  return relevo;
}

/** Commander shall neither end the process nor print errors: those are printed like all others. */
function tame(command: Command, { stdout, stderr }: Process): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'show help')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => {},
    })
    .configureHelp({ ...titled, helpWidth: Math.min(stdout.columns ?? 100, 100) });
}

/** Commander repeats the options' words in the summary of each command; the name and its arguments are enough. */
const titled: Partial<Help> = {
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
};

function argumentTerm(argument: { name(): string; required: boolean; variadic: boolean }): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Runs the process's command line; how it went is its exit code. */
export async function runProgram(world: World): Promise<void> {
  const { process } = world;
  const { argv } = process;
  const program = await makeProgram(world, argv[0]);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    if (error.code === 'commander.help') {
      process.exitCode = exitCodes.usage; // no command, and the help is the answer
      return;
    }
    await guarded(process, terminal(process, { json: asksForJson(argv) }), () =>
      Promise.reject(usageError(error, argv)),
    );
  }
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** `error: unknown command 'stauts'\n(Did you mean status?)` as a sentence of ours. */
function usageError({ message, code }: CommanderError, argv: readonly string[]): RelevoError {
  const [first = '', second = ''] = message.replace(/^error: /, '').split('\n');
  const guess = /Did you mean (?:one of )?(.*)\?/.exec(second)?.[1];
  const hint = guess === undefined ? seeHelp(argv, code) : `did you mean \`${guess.replaceAll(', ', '` or `')}\`?`;
  return new RelevoError({ code: 'usage', message: first.replaceAll("'", '`'), hint });
}

function seeHelp(argv: readonly string[], code: string): string {
  const [command = ''] = argv;
  if (command === 'exec' && code === 'commander.unknownOption')
    return 'put `--` before the command: relevo exec web-1 -- ls -l';
  const known = /^[a-z]+$/.test(command) && code !== 'commander.unknownCommand';
  return `see \`relevo ${known ? `${command} ` : ''}--help\``;
}
