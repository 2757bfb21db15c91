import type { Command, Option } from 'commander';

/** Names that the scripts ask of `relevo completion KIND`, at each press of Tab. */
const askedKinds = ['instances', 'services', 'faults', 'targets', 'plans'] as const;
export type AskedKind = (typeof askedKinds)[number];

/** What a word may be. `text`: nothing can be offered. `plans`: those of the file, and any .jmx. */
export type Kind = AskedKind | 'shells' | 'files' | 'text';

export interface DescribedOption {
  /** `-f`, `--file`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value may be; absent where it takes none. */
  readonly value?: Kind;
}

export interface Described {
  readonly name: string;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  /** One after the other, without the last where that is any number of words. */
  readonly takes: readonly Kind[];
  /** Its own commands, as `fault` has them; what else such a command takes is none of their names. */
  readonly commands: readonly Described[];
}

/** The command tree, as far as completions need it. */
export function describeCommands(program: Command): readonly Described[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(describeOption), help],
    takes: command.registeredArguments.filter(({ variadic }) => !variadic).map((each) => kindOf(command, each.name())),
    commands: describeCommands(command),
  }));
}

/** All of them, each with the words that lead to it: `fault`, `fault inject`. */
export function withPaths(commands: readonly Described[], above = ''): readonly (readonly [string, Described])[] {
  return commands.flatMap((command) => {
    const path = `${above}${command.name}`;
    return [[path, command] as const, ...withPaths(command.commands, `${path} `)];
  });
}

/** Options but `--file` that take a value: their next word is no argument. */
export function valueFlags(commands: readonly Described[]): string[] {
  const options = withPaths(commands).flatMap(([, { options }]) => options);
  return [...new Set(options.filter(({ value }) => value === 'text').flatMap(({ flags }) => flags))];
}

export function isAsked(kind: string): kind is AskedKind {
  return (askedKinds as readonly string[]).includes(kind);
}

const help: DescribedOption = { flags: ['-h', '--help'], description: 'show help' };

function describeOption(option: Option): DescribedOption {
  const { short, long, description, required, optional } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  const takesValue = required || optional;
  return { flags, description, ...(takesValue && { value: long === '--file' ? 'files' : 'text' }) };
}

const kinds: Readonly<Record<string, Kind>> = {
  instance: 'instances',
  shell: 'shells',
  fault: 'faults',
  target: 'targets',
  plan: 'plans',
  log: 'files',
};

function kindOf(command: Command, argument: string): Kind {
  return command.name() === 'logs' ? 'services' : (kinds[argument] ?? 'text');
}

export const shells = ['bash', 'zsh', 'fish'];
