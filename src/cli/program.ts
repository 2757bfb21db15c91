import { Command, CommanderError, type Help } from 'commander';
import { exitCodes, RelevoError } from '../domain/failure.ts';
import type { Process } from '../ports/process.ts';
import { completion } from './commands/completion.ts';
import { destroy } from './commands/destroy.ts';
import { doctor } from './commands/doctor.ts';
import { drain, restore } from './commands/drain.ts';
import { events } from './commands/events.ts';
import { exec } from './commands/exec.ts';
import { fault } from './commands/fault.ts';
import { halt } from './commands/halt.ts';
import { init } from './commands/init.ts';
import { load } from './commands/load.ts';
import { logs } from './commands/logs.ts';
import { plan } from './commands/plan.ts';
import { restart } from './commands/restart.ts';
import { scale } from './commands/scale.ts';
import { schema } from './commands/schema.ts';
import { shell } from './commands/shell.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { guarded, terminal } from './io.ts';
import type { World } from './world.ts';

type Make = (world: World) => Command;

const groups: readonly (readonly [heading: string, makers: readonly Make[]])[] = [
  ['From file to service:', [init, plan, up, status]],
  ['Day by day:', [scale, restart, events]],
  ['Reach inside:', [exec, shell, logs]],
  ['Machines:', [drain, restore, halt, start, destroy]],
  ['Prove it:', [load, fault]],
  ['Set up:', [doctor, schema, completion]],
];

/** The whole command line. */
export function makeProgram(world: World): Command {
  const relevo = new Command('relevo')
    .description('High availability for stateless web services on a few Linux machines.')
    .version(world.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .enablePositionalOptions() // what stands after a command's name is that command's
    .usage('<command> [options]')
    .addHelpText('after', '\nEach command explains itself: relevo up --help');
  for (const [heading, makers] of groups) {
    for (const make of makers) relevo.addCommand(make(world).helpGroup(heading));
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
  const program = makeProgram(world);
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
