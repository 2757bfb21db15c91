import { randomUUID } from 'node:crypto';
import type { User } from '../../engine/user.ts';
import { checkInteger, integerOf, Refused, store, type TextFunction, unevaluable } from '../function.ts';

/** What one text may be made up to. */
const longest = 1_000_000;

export const random: readonly TextFunction[] = [
  {
    name: '__Random',
    title: 'A random whole number from the least to the greatest, both included',
    syntax: '__Random(least, greatest, [variable])',
    takes: [2, 3],
    refuses: 'Bounds that are no whole numbers, or the wrong way round.',
    compile: ([least, greatest, variable]) => {
      for (const bound of [least, greatest]) if (bound !== undefined) checkInteger(bound, '__Random');
      const [from, to] = [least?.constant, greatest?.constant].map((text) =>
        text === undefined ? undefined : Number(text),
      );
      if (from !== undefined && to !== undefined && Number.isSafeInteger(to - from) && variable === undefined) {
        if (to < from) throw new Refused(`__Random from ${from} to ${to}`, 'JMeter fails each time that it is read');
        return ({ run }) => String(from + Math.floor(run.random() * (to - from + 1)));
      }
      return (user) => {
        const [low, high] = [least, greatest].map((text) => integerOf(text?.of(user).trim() ?? '', '__Random'));
        return store(user, variable, between(user, low as bigint, high as bigint));
      };
    },
  },
  {
    name: '__RandomString',
    title: 'So many random characters, of those that are given',
    syntax: '__RandomString(length, [characters], [variable])',
    takes: [1, 3],
    compile: ([length, characters, variable]) => {
      if (length !== undefined) checkInteger(length, '__RandomString');
      return (user) => {
        const count = Number(integerOf(length?.of(user) ?? '', '__RandomString'));
        if (count < 0 || count > longest)
          throw unevaluable(`__RandomString of ${count} characters; at most are ${longest}.`);
        const chosen = characters?.of(user).trim() ?? '';
        return store(user, variable, chosen === '' ? anyCharacters(user, count) : charactersOf(user, count, chosen));
      };
    },
  },
  {
    name: '__UUID',
    title: 'A random UUID',
    syntax: '__UUID()',
    takes: [0, 0],
    compile: () => () => randomUUID(),
  },
];

function between(user: User, low: bigint, high: bigint): string {
  if (high < low) throw unevaluable(`__Random from ${low} to ${high}.`);
  const size = high - low + 1n;
  if (size <= BigInt(Number.MAX_SAFE_INTEGER))
    return String(low + BigInt(Math.floor(user.run.random() * Number(size))));
  const bits =
    (BigInt(Math.floor(user.run.random() * 2 ** 48)) << 48n) | BigInt(Math.floor(user.run.random() * 2 ** 48));
  return String(low + (bits % size));
}

function charactersOf(user: User, count: number, chosen: string): string {
  let text = '';
  for (let index = 0; index < count; index += 1) text += chosen[Math.floor(user.run.random() * chosen.length)];
  return text;
}

/** Any that are assigned in the basic plane. */
function anyCharacters(user: User, count: number): string {
  let text = '';
  for (let left = count; left > 0; ) {
    const char = String.fromCharCode(Math.floor(user.run.random() * 0x10000));
    if (/[\p{Cn}\p{Co}\p{Cs}]/u.test(char)) continue;
    text += char;
    left -= 1;
  }
  return text;
}
