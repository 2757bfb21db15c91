import { RelevoError } from '../../domain/failure.ts';
import type { Refusal } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import { unescapeHtml } from '../text/html-entities.ts';
import type { Text } from '../text/template.ts';

/** What is looked at: the sample, those that belong to it (redirects, embedded resources), both, or a variable. */
export type Looked = 'parent' | 'children' | 'all' | 'variable';

/** `Sample.scope` of extractors, `Assertion.scope` of assertions. */
export function lookedAt(element: Element, property: string): Looked {
  const scope = textOf(element, property);
  return scope === 'children' || scope === 'all' || scope === 'variable' ? scope : 'parent';
}

/** What it refuses, for the docs. */
export const noSuchScope = 'A scope that JMeter does not know.';

export function refuseScope(element: Element, property: string): Refusal[] {
  const scope = textOf(element, property, 'parent');
  if (['', 'parent', 'children', 'all', 'variable'].includes(scope)) return [];
  return [{ what: `the scope "${scope}"`, consequence: 'JMeter would look at nothing' }];
}

/** The samples that are looked at; JMeter goes five levels down. */
export function samplesOf(looked: Looked, sample: Sample): readonly Sample[] {
  if (looked === 'parent' || looked === 'variable') return [sample];
  const below = sample.children.length === 0 ? [] : [...sample.children, ...under(sample.children, 3)];
  return looked === 'all' ? [sample, ...below] : below;
}

function under(samples: readonly Sample[], levels: number): Sample[] {
  if (levels < 0) return [];
  return samples.flatMap(({ children }) =>
    children.length === 0 ? [] : [...children, ...under(children, levels - 1)],
  );
}

export type Field = (sample: Sample) => string;

export const body: Field = (sample) => sample.response?.text() ?? '';

/** By what the property `….useHeaders` says; its name is older than what it can say. */
const fields: Readonly<Record<string, Field>> = {
  '': body,
  false: body,
  unescaped: (sample) => unescapeHtml(body(sample)),
  true: (sample) => sample.response?.headers ?? '',
  request_headers: (sample) => sample.response?.requestHeaders ?? '',
  url: (sample) => sample.url,
  code: (sample) => sample.code,
  message: (sample) => sample.message,
};

export function fieldOf(element: Element, property: string): Field {
  return fields[textOf(element, property).toLowerCase()] ?? body;
}

/** What it refuses, for the docs. */
export const noSuchField = 'The answer read as a document (Tika), and fields that JMeter does not know.';

export function refuseField(element: Element, property: string): Refusal[] {
  const name = textOf(element, property).toLowerCase();
  if (Object.hasOwn(fields, name)) return [];
  const what = name === 'as_document' ? 'the answer read as a document (Tika)' : `the field "${name}"`;
  return [{ what, consequence: 'nothing could be extracted' }];
}

/** Java's null takes the variable away. */
export function put(user: User, name: string, value: string | undefined): void {
  if (value === undefined) user.variables.delete(name);
  else user.variables.set(name, value);
}

/** As JMeter reads a number from a property: what is none is the default, 0. */
export function integer(user: User, text: Text, otherwise = 0): number {
  const written = text.of(user);
  return /^[+-]?\d{1,9}$/.test(written) ? Number(written) : otherwise;
}

/** A count that was kept in a variable. */
export function countIn(user: User, name: string): number {
  const count = user.variables.get(name) ?? '';
  // What a plan puts there by itself could keep us busy for long.
  return /^[+-]?\d{1,9}$/.test(count) ? Math.min(Number(count), 100_000) : 0;
}

export function isTrue(element: Element, property: string): boolean {
  return textOf(element, property).toLowerCase() === 'true';
}

/** By its number, from 1 on, or at random for 0; undefined where there are not so many. */
export function chosen<T>(user: User, matches: readonly T[], which: number): T | undefined {
  return which === 0 ? matches[Math.floor(user.run.random() * matches.length)] : matches[which - 1];
}

/** Undefined where the answer or the expression is not what it should be: JMeter logs that, and whoever runs the load is told. */
export function attempt<T>(user: User, who: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    // A RangeError is a stack that was used up by an answer nested too deeply.
    if (!(error instanceof RelevoError || error instanceof RangeError)) throw error;
    user.run.note(`${who}: ${error instanceof RelevoError ? error.message : 'the answer is nested too deeply.'}`);
    return undefined;
  }
}

/** Where a text is known before the run, what `compile` refuses of it; else nothing. */
export function refusalsBy(text: string, compile: (text: string) => unknown): Refusal[] {
  if (text.includes('${')) return [];
  try {
    compile(text);
    return [];
  } catch (error) {
    if (error instanceof RelevoError && 'what' in error && 'consequence' in error)
      return [{ what: String(error.what), consequence: String(error.consequence) }];
    throw error;
  }
}

/** `which`: 0 is one at random, -1 all of them (`_1`, `_2`, …, `_matchNr`). What an earlier extraction left beyond that goes. */
export function saveMatches(user: User, name: string, matches: readonly string[], which: number): void {
  const before = countIn(user, `${name}_matchNr`);
  user.variables.delete(`${name}_matchNr`);
  const match = which >= 0 ? chosen(user, matches, which) : undefined;
  if (match !== undefined) user.variables.set(name, match);
  if (which < 0) {
    user.variables.set(`${name}_matchNr`, String(matches.length));
    for (const [index, each] of matches.entries()) user.variables.set(`${name}_${index + 1}`, each);
  }
  for (let index = (which < 0 ? matches.length : 0) + 1; index <= before; index += 1)
    user.variables.delete(`${name}_${index}`);
}
