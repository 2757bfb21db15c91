import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/spec/nearest.ts';
import { parseBytes, parseDuration, parseMode } from '../../src/spec/units.ts';
import { splitCommand } from '../../src/spec/words.ts';

describe('nearest', () => {
  test.each([
    ['replics', 'replicas'],
    ['relpicas', 'replicas'],
    ['Replicas', 'replicas'],
    ['startPeriod', 'start_period'],
    ['healthcheck', 'health'],
    ['port', 'port'],
    ['colour', undefined],
    ['x', undefined],
  ])('%s: %s', (word, expected) => {
    expect(nearest(word, ['replicas', 'port', 'start_period', 'health'])).toBe(expected);
  });

  test.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
  ])('editDistance(%j, %j) is %i', (left, right, expected) => {
    expect(editDistance(left, right)).toBe(expected);
  });
});

describe('splitCommand', () => {
  test.each([
    ['node  server.mjs\n', ['node', 'server.mjs']],
    [`a 'b c' "d e"f`, ['a', 'b c', 'd ef']],
    [String.raw`a\ b "\"\$\\" '\n$|'`, ['a b', String.raw`"$\ `.trim(), String.raw`\n$|`]],
    [`a '' ""`, ['a', '', '']],
    ['a --q=x?y*', ['a', '--q=x?y*']],
  ])('%j', (command, words) => {
    expect(splitCommand(command)).toEqual({ ok: true, words });
  });

  test.each(['a | b', 'a && b', 'a > b', 'a; b', 'a $X', 'a "$X"', 'a `b`', 'a "`b`"', '', ' ', "'a", '"a', 'a (b)'])(
    '%j is refused',
    (command) => {
      expect(splitCommand(command).ok).toBe(false);
    },
  );
});

describe('units', () => {
  test.each([
    ['256MiB', 268435456],
    ['1 GB', 1e9],
    ['1.5GiB', undefined],
    ['256', undefined],
    ['256mib', undefined],
    ['1constructor', undefined],
  ])('parseBytes(%j) is %s', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });

  test.each([
    ['30s', 30],
    ['1m30s', 90],
    ['1h', 3600],
    ['', undefined],
    ['30', undefined],
    ['30s1m', undefined],
  ])('parseDuration(%j) is %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each([
    ['0644', 0o644],
    ['0o755', 0o755],
    ['4755', 0o4755],
    ['0999', undefined],
    ['64', undefined],
  ])('parseMode(%j) is %s', (text, expected) => {
    expect(parseMode(text)).toBe(expected);
  });
});
