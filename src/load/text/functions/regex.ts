import type { User } from '../../engine/user.ts';
import { type TextFunction, unevaluable } from '../function.ts';
import { fill, type MatchTemplate, matchTemplate } from '../match-template.ts';
import { compileRegex, type Match } from '../regex.ts';

export const regexFunction: readonly TextFunction[] = [
  {
    name: '__regexFunction',
    title: 'Makes a text of what a regular expression finds in the last answer or in a variable',
    syntax:
      '__regexFunction(regex, template, [number | RAND | ALL | fraction], [between], [default], [name], [variable])',
    takes: [2, 7],
    compile: (args) => (user) => {
      const [regex = '', template = '', which, between = '', otherwise = '', name = '', from = ''] = args.map((each) =>
        each.of(user),
      );
      if (name !== '') user.variables.set(name, otherwise);
      const text = from === '' ? user.previous?.response?.text() : user.variables.get(from);
      if (!text) return otherwise;
      const matches = compileRegex(regex).findAll(text);
      if (name !== '') user.variables.set(`${name}_matchNr`, String(matches.length));
      const chosen = choose(user, matches, which || '1');
      if (chosen.length === 0) return otherwise;
      const compiled = matchTemplate(template);
      return chosen.map((match) => result(user, match, compiled, name)).join(between);
    },
  },
];

/** As many as are wanted: one by number, by chance or by its part of all, or all. */
function choose(user: User, matches: readonly Match[], which: string): readonly Match[] {
  if (which === 'ALL') return matches;
  if (matches.length === 0) return [];
  const index = indexOf(user, matches.length, which);
  if (index >= matches.length && /^\d+$/.test(which)) return [];
  const match = matches[index];
  if (match === undefined) throw unevaluable(`__regexFunction has no match "${which.slice(0, 20)}".`);
  return [match];
}

function indexOf(user: User, count: number, which: string): number {
  if (which === 'RAND') return Math.floor(user.run.random() * count);
  return /^[+-]?\d+$/.test(which) ? Number(which) - 1 : Math.trunc(count * Number(which) + 0.5) - 1;
}

/** Groups are kept as name_g0, name_g1, … also where there is no name. */
function result(user: User, match: Match, template: MatchTemplate, name: string): string {
  for (let group = 0; group < match.length; group += 1) {
    const value = match[group];
    if (value === undefined) user.variables.delete(`${name}_g${group}`);
    else user.variables.set(`${name}_g${group}`, value);
  }
  const text = fill(template, match);
  if (name !== '') user.variables.set(name, text);
  return text;
}
