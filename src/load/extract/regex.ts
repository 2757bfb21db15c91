import type { After, Scope, Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import type { Element } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import { fill, type MatchTemplate, matchTemplate } from '../text/match-template.ts';
import { compileRegex, type Match } from '../text/regex.ts';
import {
  attempt,
  chosen,
  countIn,
  fieldOf,
  integer,
  isTrue,
  lookedAt,
  noSuchField,
  noSuchScope,
  put,
  refuseField,
  refuseScope,
  samplesOf,
} from './common.ts';

/** JMeter's RegexExtractor. */
export const regexExtractor: Supported = {
  role: 'after',
  title: 'Regular Expression Extractor',
  limits: [
    'Regular expressions are those of Oro, whatever the property jmeter.regex.engine says.',
    'Regular expressions that take more than 250 ms on an answer are given up; the default is kept then.',
    'In `\\b` and `\\B` only ASCII letters, digits and the underscore belong to words.',
    'A group inside a repetition forgets what an earlier round matched.',
  ],
  refuses: [noSuchField, noSuchScope],
  inspect: (element) => [...refuseField(element, 'RegexExtractor.useHeaders'), ...refuseScope(element, 'Sample.scope')],
  compile,
};

function compile(element: Element, scope: Scope): After {
  const text = (name: string) => scope.text(element, `RegexExtractor.${name}`);
  const [name, regex, template] = [text('refname'), text('regex'), text('template')];
  const [number, otherwise] = [text('match_number'), text('default')];
  const variable = scope.text(element, 'Scope.variable');
  const looked = lookedAt(element, 'Sample.scope');
  const field = fieldOf(element, 'RegexExtractor.useHeaders');
  const emptyDefault = isTrue(element, 'RegexExtractor.default_empty_value');
  const fixed = template.constant === undefined ? undefined : matchTemplate(template.constant);

  function inputs(user: User, sample: Sample): readonly string[] {
    if (looked !== 'variable') return samplesOf(looked, sample).map(field);
    const value = user.variables.get(variable.of(user));
    return value === undefined ? [] : [value];
  }

  return {
    run: (user, sample) => {
      const [refname, which, value] = [name.of(user), integer(user, number), otherwise.of(user)];
      if (value !== '' || emptyDefault) user.variables.set(refname, value);
      const matches = attempt(user, element.name, () => find(regex.of(user), inputs(user, sample), which));
      if (matches !== undefined) save(user, refname, matches, which, fixed ?? matchTemplate(template.of(user)));
    },
  };
}

/** No more than are needed. */
function find(pattern: string, inputs: readonly string[], which: number): Match[] {
  const regex = compileRegex(pattern);
  if (which === 1 && inputs.length === 1) {
    const match = regex.find(inputs[0] as string);
    return match === undefined ? [] : [match];
  }
  const found: Match[] = [];
  for (const input of inputs) {
    found.push(...regex.findAll(input, which > 0 ? which - found.length : Number.POSITIVE_INFINITY));
    if (which > 0 && found.length === which) break;
  }
  return found;
}

function save(user: User, name: string, matches: readonly Match[], which: number, template: MatchTemplate): void {
  const before = countIn(user, `${name}_matchNr`);
  user.variables.delete(`${name}_matchNr`);
  if (which >= 0) {
    const match = chosen(user, matches, which);
    if (match === undefined) removeGroups(user, name);
    else saveMatch(user, name, match, template);
  } else {
    removeGroups(user, name);
    user.variables.set(`${name}_matchNr`, String(matches.length));
    for (const [index, match] of matches.entries()) saveMatch(user, `${name}_${index + 1}`, match, template);
  }
  for (let index = (which < 0 ? matches.length : 0) + 1; index <= before; index += 1) {
    user.variables.delete(`${name}_${index}`);
    removeGroups(user, `${name}_${index}`);
  }
}

function saveMatch(user: User, name: string, match: Match, template: MatchTemplate): void {
  user.variables.set(name, fill(template, match));
  const before = countIn(user, `${name}_g`);
  for (let group = 0; group < match.length; group += 1) put(user, `${name}_g${group}`, match[group]);
  user.variables.set(`${name}_g`, String(match.length - 1));
  for (let group = match.length; group <= before; group += 1) user.variables.delete(`${name}_g${group}`);
}

function removeGroups(user: User, name: string): void {
  const count = countIn(user, `${name}_g`);
  user.variables.delete(`${name}_g`);
  for (let group = 0; group <= count; group += 1) user.variables.delete(`${name}_g${group}`);
}
