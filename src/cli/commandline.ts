import { Command, InvalidArgumentError } from 'commander';
import { exitCodes, type FailureCode } from '../domain/failure.ts';
import { failureMeanings } from './exits.ts';

/** How the help of one command reads. */
export interface CommandText {
  /** `logs [name]`: its name and what it takes. */
  readonly words: string;
  readonly summary: string;
  /** One or two whole command lines. */
  readonly examples: readonly string[];
  /** What codes other than failures mean; 0 first. */
  readonly exits: readonly (readonly [code: number | string, meaning: string])[];
  readonly failures: readonly FailureCode[];
}

export interface CommonOptions {
  readonly file: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** The exit codes that every command which works on a project may have. */
export const projectFailures: readonly FailureCode[] = ['invalid-file', 'host-lacks', 'unreachable', 'not-found'];

const texts = new WeakMap<Command, CommandText>();

/** A command with what all of them share: `-f`, `--json`, and a help that ends with examples and exit codes. */
export function commandLine(text: CommandText): Command {
  const command = new Command(text.words.split(' ')[0])
    .description(text.summary)
    .option('-f, --file <file>', 'the file that describes the project', 'relevo.yaml')
    .option('--json', 'print JSON, failures too');
  for (const argument of text.words.split(' ').slice(1)) command.argument(argument);
  texts.set(command, text);
  return command.addHelpText('after', () => `\n${afterHelp(text)}`);
}

/** The text that a command was made of; commander keeps only half of it. */
export function textOf(command: Command): CommandText | undefined {
  return texts.get(command);
}

/** Code and meaning, in the order of the codes. */
export function exitRows({ exits, failures }: CommandText): (readonly [string, string])[] {
  const codes: FailureCode[] = [...failures, 'failed', 'usage'];
  const own = codes.map((code) => [exitCodes[code], failureMeanings[code]] as const).sort(([a], [b]) => a - b);
  return [...exits, ...own]
    .map(([code, meaning]) => [String(code), meaning] as const)
    .toSorted(([a], [b]) => (Number(a) || 0) - (Number(b) || 0));
}

function afterHelp(text: CommandText): string {
  const { examples } = text;
  const rows = exitRows(text).map(([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`);
  const title = examples.length === 1 ? 'Example:' : 'Examples:';
  return [title, ...examples.map((example) => `  ${example}`), '', 'Exit codes:', ...rows].join('\n');
}

/** An option's value. */
export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number.');
}
