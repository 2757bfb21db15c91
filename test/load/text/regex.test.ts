import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { compileRegex } from '../../../src/load/text/regex.ts';

const all = (pattern: string, input: string) =>
  compileRegex(pattern)
    .findAll(input)
    .map((match) => match[0]);

/** What jakarta-oro 2.0.8 said, by PatternMatcherInput and contains. */
describe('a pattern is read as Oro reads it', () => {
  it.each<[pattern: string, input: string, found: readonly string[]]>([
    ['^b', 'a\nb', []],
    ['a$', 'a\nb', []],
    ['a$', 'a\n', ['a']],
    ['a\\Z', 'a\n', ['a']],
    ['a\\Z', 'a\n\n', []],
    ['a\\z', 'az', ['az']],
    ['\\Aa', 'a\na', ['a']],
    ['(?s)a.$', 'a\n', ['a\n']],
    ['(?m)^b$', 'a\nb\n', ['b']],
    ['(?m)^', 'a\nb\n', ['', '']],
    ['(?ms)a.b', 'a\nb', ['a\nb']],
    ['^.', 'a\nb', ['a']],
    ['.', 'a\rb', ['a', '\r', 'b']],
    ['.+', 'a\rb\nc', ['a\rb', 'c']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd']],
    ['\\w+', '\xe9\u0142_1', ['\xe9\u0142_1']],
    ['[\\w]+', '\xe9\u0142_1', ['\xe9\u0142_1']],
    ['[^a]+', 'b\u0142\n', ['b\u0142\n']],
    ['\\s', '\xa0\x1c\x0b x', ['\x1c', '\x0b', ' ']],
    ['\\d', '\u0663', ['\u0663']],
    ['[[:alpha:]]+', 'a\xe9\u01421', ['a\xe9\u0142']],
    ['[[:^digit:]]+', '1a', ['a']],
    ['[^[:space:]]+', 'a b', ['a', 'b']],
    ['a{,2}', 'a{,2}', ['a{,2}']],
    ['a{2', 'a{2', ['a{2']],
    ['a{1,2}?', 'aaa', ['a', 'a', 'a']],
    ['a{0}b', 'ab', ['b']],
    ['(?i)aB', 'Ab', ['Ab']],
    ['a(?i)b', 'AB', ['AB']],
    ['(?i)[a-z]+', 'AB', ['AB']],
    ['(?i)[^a]', 'A', []],
    ['(?i)\xc9', '\xe9', ['\xe9']],
    ['[]a]+', ']a', [']a']],
    ['[^]a]+', ']ab', ['b']],
    ['[a-]', '-', ['-']],
    ['[\\d-x]', '-5x', ['-', '5', 'x']],
    ['[\\b]', '\b', ['\b']],
    ['\\Qa.b\\E', 'Qa.bE', ['Qa.bE']],
    ['\\p{L}', 'p{L}', ['p{L}']],
    ['\\h\\N\\R\\v\\K', 'hNRvK', ['hNRvK']],
    ['\\e\\a\\cA\\x4', '\x1b\x07\x01\x04', ['\x1b\x07\x01\x04']],
    ['\\u0041', 'u0041', ['u0041']],
    ['\\012\\12', '\n\n', ['\n\n']],
    ['(a)\\1', 'aa', ['aa']],
    ['(a)\\10', 'a\b', ['a\b']],
    ['x*', 'abx', ['', '', 'x']],
    ['', 'ab', ['', '', '']],
    ['$', 'a\n', ['', '']],
    ['a(?#c)+', 'aa', ['aa']],
    ['(?x) a b # c\n c', 'abc', ['abc']],
    ['(?x)[ a]', ' ', [' ']],
    ['(?x)a\\ b', 'a b', ['a b']],
    ['(?=a)a', 'a', ['a']],
    ['(?!a).', 'ab', ['b']],
    ['(?g)a', 'a', ['a']],
    ['[[a]]', 'a]', ['a]']],
    ['\\<a\\>', '<a>', ['<a>']],
    ['name="token" value="(.+?)"', '<name="token" value="x\ny" name="token" value="z">', ['name="token" value="z"']],
  ])('/%s/ on %j', (pattern, input, found) => {
    expect(all(pattern, input)).toEqual(found);
  });

  it.each([
    '(?<=a)b',
    '(?<n>a)',
    '(?P<a>x)',
    '(?i:a)b',
    '(?>a)b',
    '(?I)a',
    'a**',
    'a++',
    'a*+',
    '+a',
    'a|*',
    '(',
    ')',
    '[a',
    '[a-\\d]',
    '[z-a]',
    '\\1(a)',
    '(a)\\2',
    'a\\',
    '[\\',
    'a{3,2}',
    'a{1}{2}',
    '\\w{2}+',
    'a(?i)',
  ])('/%s/ is malformed', (pattern) => {
    expect(() => compileRegex(pattern)).toThrow(RelevoError);
  });

  it('matches whole texts the first way only', () => {
    const matches = (pattern: string, input: string) => compileRegex(pattern).matches(input);
    expect(['a|ab', 'ab|a', 'a*?', '(a|ab)(c|bcd)(d*)', 'a$', 'b'].map((pattern) => matches(pattern, 'ab'))).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect([
      matches('(a|ab)(c|bcd)(d*)', 'abcd'),
      matches('a$', 'a\n'),
      matches('a\\s', 'a\n'),
      matches('200', '200'),
    ]).toEqual([true, false, true, true]);
  });

  it('gives groups, and undefined for those that took no part', () => {
    expect(compileRegex('(a)(b)?').find('xac')?.slice()).toEqual(['a', 'a', undefined]);
    expect(compileRegex('q').find('xac')).toBeUndefined();
    expect(compileRegex('.').findAll('abcd', 2)).toHaveLength(2);
  });
});

describe('a pattern that could take for ever', () => {
  const many = 'a'.repeat(50_000);
  it.each<[why: string, pattern: string, input: string]>([
    ['nested repetitions', '(a+)+$', `${many}!`],
    ['overlapping branches', '(a|aa)+$', `${many}!`],
    ['a polynomial', '.*.*.*.*=x', many],
    ['with a reference', '(a*)*\\1b', many],
    ['with lookahead', '(?=(a+)+$)(a+)+b', many],
    ['before a newline', '(a+)+$', `${many}!\n`],
    ['large counts', '(?:a{1,40}){1,40}b', many],
    ['matches that each look to the end', 'a(?:.*x)?', many],
    ['a large pattern', `${'(a*)*'.repeat(400)}b`, many],
    ['no case', '(?i)(a+)+$', `${many}!`],
  ])('%s ends', (_, pattern, input) => {
    const regex = compileRegex(pattern);
    const ended = (look: () => unknown) => {
      try {
        look();
      } catch (error) {
        if (!(error instanceof RelevoError)) throw error;
        expect(error.message).toContain('was given up');
      }
    };
    const before = process.cpuUsage();
    ended(() => regex.findAll(input));
    ended(() => regex.find(input));
    ended(() => regex.matches(input));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(3 * 900);
  });

  it('runs at full speed where it is ordinary', () => {
    const filler =
      '<div class="row"><a href="/item/12" id="x">Lorem ipsum</a><input name="other" value="abc"></div>\n'.repeat(100);
    const page = `${filler}<input name="token" value="a1b2c3">${filler}`;
    for (const pattern of [
      'name="token" value="(.+?)"',
      'name="token" value="([0-9a-f]{6,40})"',
      'token" value="(\\w+)"',
    ]) {
      const regex = compileRegex(pattern);
      const times = (count: number) => {
        for (let index = 0; index < count; index += 1) regex.find(page);
      };
      times(200);
      expect(regex.find(page)?.[1]).toBe('a1b2c3');
      const before = process.cpuUsage();
      times(500);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 500).toBeLessThan(150);
    }
  });

  it('never hangs and throws nothing else, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        '.',
        '\\w',
        '\\d',
        '[ab]',
        '[^a]',
        '(',
        ')',
        '(?:',
        '(?=',
        '(?!',
        '|',
        '*',
        '+',
        '?',
        '{2}',
        '{1,30}',
        '{3,}',
        '^',
        '$',
        '\\1',
        '\\Z',
        '\\b',
        '(?i)',
        '(?x)',
        '[[:alpha:]]',
        '[',
        ']',
        '\\',
      ),
      fc.string({ maxLength: 2 }),
    );
    const patterns = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
    const inputs = fc.oneof(fc.string(), fc.constantFrom('a'.repeat(3000), 'ab\n'.repeat(1000)));
    fc.assert(
      fc.property(patterns, inputs, (pattern, input) => {
        const begun = performance.now();
        try {
          const regex = compileRegex(pattern);
          regex.find(input);
          regex.findAll(input);
          regex.matches(input);
        } catch (error) {
          if (!(error instanceof RelevoError)) throw error;
        }
        expect(performance.now() - begun).toBeLessThan(5000);
      }),
      { numRuns: 1500 },
    );
  });
});
