import type { z } from 'zod';
import type { Diagnostic } from '../domain/failure.ts';
import { composeHint } from './compose.ts';
import { isBranch, pick } from './data.ts';
import { exampleAt, homesOf, keysAt } from './known-keys.ts';
import { didYouMean } from './nearest.ts';
import type { Complaint, Path, Range, Source } from './source.ts';
import type { Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** What zod found, in the words of somebody who writes YAML, and where it stands. */
export function issueDiagnostics(source: Source, tree: Tree, issues: readonly Issue[]): Diagnostic[] {
  return issues.flatMap((issue) => translate(source, tree, issue, issue.path as Path));
}

function translate(source: Source, tree: Tree, issue: Issue, path: Path): Diagnostic[] {
  const say = (range: Range | undefined, at: Path, complaint: Complaint) => source.diagnostic(range, at, complaint);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => say(tree.key([...path, key]), [...path, key], unknownKey(path, key)));
    case 'invalid_key':
      return issue.issues.map((each) => say(tree.key(path), path, { message: each.message, hint: hintOf(each) }));
    case 'invalid_union': {
      const branch = issue.errors.find(isMeant);
      if (branch !== undefined)
        return branch.flatMap((each) => translate(source, tree, each, [...path, ...(each.path as Path)]));
    }
  }
  const complaint = valueComplaint(tree, issue, path);
  return [say(tree.value(path), path, complaint)];
}

/** Of a value that may be written in several ways, the one whose outer shape is the user's. */
function isMeant(issues: readonly Issue[]): boolean {
  return issues.every(
    (issue) => issue.path.length > 0 || (issue.code !== 'invalid_type' && issue.code !== 'invalid_union'),
  );
}

function valueComplaint(tree: Tree, issue: Issue, path: Path): Complaint {
  const value = pick(tree.data, path);
  const key = path.at(-1);
  const example = exampleAt(path);
  if (value === undefined) {
    return {
      message: `\`${key}\` is missing`,
      hint: example === undefined ? undefined : `for example \`${key}: ${example}\``,
    };
  }
  if (value === null)
    return { message: `${typeof key === 'string' ? `\`${key}\`` : 'this item'} is left empty`, hint: emptyHint(path) };
  return { message: issue.message, hint: hintOf(issue) ?? hintFor(issue, value, tree.written(path), example) };
}

function emptyHint(path: Path): string {
  return path.at(-2) === 'environment'
    ? `for an empty text write \`${path.at(-1)}: ""\``
    : 'give it a value, or delete the line';
}

function hintOf(issue: Issue): string | undefined {
  const hint = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : undefined;
}

function hintFor(issue: Issue, value: unknown, written?: string, example?: string): string | undefined {
  if (issue.code === 'invalid_value') return valueHint(issue.values, value);
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'boolean' && typeof value === 'string') return booleanHint(value);
  if (issue.expected === 'int' || issue.expected === 'number') return numberHint(value);
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return example === undefined ? `put it in quotes: \`"${written}"\`` : `for example \`${example}\``;
  }
  if (issue.expected === 'array' && typeof value === 'string')
    return `write it as a list: \`[${value.length < 40 ? value : '…'}]\``;
  return undefined;
}

function booleanHint(text: string): string | undefined {
  const meant = /^(yes|on|y|true)$/i.test(text) ? 'true' : /^(no|off|n|false)$/i.test(text) ? 'false' : undefined;
  return meant === undefined ? undefined : `YAML 1.2 knows no other words; write \`${meant}\`, without quotes`;
}

function numberHint(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[0-9]+$/.test(value)) return undefined;
  return `write \`${Number(value)}\`, without ${value.startsWith('0') && value !== '0' ? 'leading zeros' : 'quotes'}`;
}

function valueHint(values: readonly unknown[], value: unknown): string | undefined {
  if (values.includes(Number(value)) && typeof value === 'string') return numberHint(value);
  if (typeof value !== 'string') return undefined;
  return unheard.has(value) ? neverHeard : didYouMean(value, values.map(String));
}

/** Signals that the kernel keeps for itself. Source: signal(7). */
const unheard = new Set(['SIGKILL', 'SIGSTOP']);
const neverHeard =
  'no program can handle that one, so it could not finish what it does: delete the line, and it gets SIGTERM, and SIGKILL once `stop_grace_period` is over';

function unknownKey(path: Path, key: string): Complaint {
  const known = keysAt(path);
  const homes = homesOf(key);
  const home =
    homes.length > 0 && homes.length <= 2
      ? homes.map((each) => (each === '' ? 'the top of the file' : `\`${each}\``)).join(' or ')
      : undefined;
  const compose = composeHint(path, key);
  if (compose !== undefined) return { message: `unknown key \`${key}\``, hint: compose };
  const guess = didYouMean(key, known);
  const elsewhere = home === undefined ? undefined : `it belongs in ${home}`;
  return { message: `unknown key \`${key}\``, hint: guess ?? elsewhere ?? `known here are ${known.join(', ')}` };
}

/** Top-level keys that begin with `x-` are the user's own. */
export function withoutOwnKeys(data: unknown): unknown {
  if (!isBranch(data) || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('x-')));
}
