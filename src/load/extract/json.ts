import type { After, Refusal, Scope, Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import { attempt, body, chosen, isTrue, lookedAt, noSuchScope, refusalsBy, refuseScope, samplesOf } from './common.ts';
import { compileJsonPath, NotFound } from './json/path.ts';
import { type Json, parseJson, printNode } from './json/value.ts';

/** JMeter's JSONPostProcessor. */
export const jsonExtractor: Supported = {
  role: 'after',
  title: 'JSON Extractor',
  limits: [
    'Only standard JSON is read; JMeter is more lenient.',
    'Filters know == != < <= > >= =~ in nin contains size empty; functions give the default, as in JMeter.',
  ],
  refuses: [
    'Names, paths and defaults that are not as many as one another, and match numbers that are none.',
    'Paths that are none.',
    noSuchScope,
  ],
  inspect,
  compile,
};

const property = (name: string) => `JSONPostProcessor.${name}`;

/** Java's String.split: what is empty at the end is lost. */
function split(text: string): string[] {
  const parts = text.split(';');
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}

function inspect(element: Element): Refusal[] {
  const [names, paths, defaults, numbers] = ['referenceNames', 'jsonPathExprs', 'defaultValues', 'match_numbers'].map(
    (name) => textOf(element, property(name)),
  ) as [string, string, string, string];
  const refusals = [...refuseScope(element, 'Sample.scope')];
  const dynamic = [names, paths, defaults].some((text) => text.includes('${'));
  const [count, ...others] = [split(names), split(paths), split(defaults)].map((each) => each.length);
  if (!dynamic && others.some((each) => each !== count))
    refusals.push({
      what: `${split(names).length} names, ${split(paths).length} paths and ${split(defaults).length} defaults`,
      consequence: 'JMeter fails after each sample and reports none',
    });
  if (!numbers.includes('${') && numbers.trim() !== '' && !areNumbers(numbers, split(defaults).length))
    refusals.push({
      what: `the match numbers "${numbers}"`,
      consequence: 'JMeter fails after each sample and reports none',
    });
  return [...refusals, ...split(paths).flatMap((path) => refusalsBy(path.trim(), compileJsonPath))];
}

function areNumbers(numbers: string, most: number): boolean {
  const each = split(numbers);
  return each.length <= most && each.every((number) => /^\s*[+-]?\d{1,9}\s*$/.test(number));
}

interface Wanted {
  readonly name: string;
  readonly path: string;
  readonly otherwise: string;
  readonly which: number;
}

function compile(element: Element, scope: Scope): After {
  const texts = ['referenceNames', 'jsonPathExprs', 'defaultValues', 'match_numbers'].map((name) =>
    scope.text(element, property(name)),
  );
  const variable = scope.text(element, 'Scope.variable');
  const looked = lookedAt(element, 'Sample.scope');
  const together = isTrue(element, property('compute_concat'));
  const constant = texts.every((text) => text.constant !== undefined);
  const fixed = constant ? wanted(texts.map((text) => text.constant ?? '')) : undefined;

  function documents(user: User, sample: Sample): readonly Json[] {
    const texts =
      looked === 'variable' ? [user.variables.get(variable.of(user)) ?? ''] : samplesOf(looked, sample).map(body);
    return texts.filter((text) => text.trim() !== '').map(parseJson);
  }

  return {
    run: (user, sample) => {
      const found = documents(user, sample);
      for (const each of fixed ?? wanted(texts.map((text) => text.of(user)))) {
        clear(user, each.name);
        const values = attempt(user, element.name, () => valuesAt(found, each.path));
        if (values === undefined || found.length === 0) user.variables.set(each.name, each.otherwise);
        else save(user, each, values, together);
      }
    },
  };
}

function wanted([names = '', paths = '', defaults = '', numbers = '']: readonly string[]): Wanted[] {
  const [name, otherwise, which] = [split(names), split(defaults), split(numbers)];
  return split(paths).map((path, index) => ({
    name: name[index]?.trim() ?? '',
    path: path.trim(),
    otherwise: otherwise[index] ?? '',
    which: Number(which[index]) || 0,
  }));
}

/** Null stays undefined: it becomes the default. A path with a function fails, since JMeter always asks for lists. */
function valuesAt(documents: readonly Json[], path: string): (string | undefined)[] | undefined {
  const compiled = compileJsonPath(path);
  if (compiled.call !== undefined) return undefined;
  return documents.flatMap((json) => {
    try {
      return compiled.find(json).map((node) => printNode(json, node));
    } catch (error) {
      if (error instanceof NotFound) return [];
      throw error;
    }
  });
}

function clear({ variables }: User, name: string): void {
  variables.delete(`${name}_matchNr`);
  for (let index = 1; variables.delete(`${name}_${index}`); index += 1);
}

function save(
  user: User,
  { name, otherwise, which }: Wanted,
  values: readonly (string | undefined)[],
  together: boolean,
): void {
  const { variables } = user;
  const all = values.map((value) => value ?? otherwise);
  if (all.length === 0) {
    variables.set(name, otherwise).set(`${name}_matchNr`, '0');
    if (which < 0 && together) variables.set(`${name}_ALL`, '');
    return;
  }
  if (which < 0) {
    for (const [index, value] of all.entries()) variables.set(`${name}_${index + 1}`, value);
    if (together) variables.set(`${name}_ALL`, all.join(','));
  } else {
    // One alone is taken whatever its number.
    variables.set(name, (all.length === 1 ? all[0] : chosen(user, all, which)) ?? otherwise);
  }
  if (which !== 0) variables.set(`${name}_matchNr`, String(all.length));
}
