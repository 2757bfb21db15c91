import type { Command, Option } from 'commander';

/** What a word may be. `text`: nothing can be offered. */
export type Kind = 'instances' | 'services' | 'shells' | 'files' | 'text';

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
  /** Its first argument; later ones are never completed. */
  readonly argument?: Kind;
}

/** The command tree, as far as completions need it. */
export function describeCommands(program: Command): readonly Described[] {
  return program.commands.map((command) => {
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      options: [...command.options.map(describeOption), help],
      ...(argument && { argument: kindOf(command.name(), argument.name()) }),
    };
  });
}

const help: DescribedOption = { flags: ['-h', '--help'], description: 'show help' };

function describeOption(option: Option): DescribedOption {
  const { short, long, description, required, optional } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  const takesValue = required || optional;
  return { flags, description, ...(takesValue && { value: long === '--file' ? 'files' : 'text' }) };
}

function kindOf(command: string, argument: string): Kind {
  if (argument === 'instance') return 'instances';
  if (argument === 'shell') return 'shells';
  return command === 'logs' ? 'services' : 'text';
}

export const shells = ['bash', 'zsh', 'fish'];
