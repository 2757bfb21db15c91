/** What a character class of Oro matches, as ranges of UTF-16 code units, and as the inside of a class of JavaScript. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/**
 * Oro's `\w` is Java's letters, digits and the underscore. Those up to U+024F are exact; beyond, whole scripts are taken for
 * letters: a class of 700 ranges would make the linear engine crawl.
 */
export const word: Ranges = ranges(
  '09AZ__az\xaa\xaa\xb5\xb5\xba\xba\xc0\xd6\xd8\xf6\xf8\u02c1\u0370\u0374\u0376\u037d\u037f\u1fff\u2071\u2071\u207f\u207f\u2090\u209c\u2102\u2107\u210a\u2139\u2c00\u2dff\u3005\u3006\u3031\u3035\u3041\u318f\u31a0\u31bf\u31f0\u31ff\u3400\ud7ff\uf900\ufdff\ufe70\ufefc\uff10\uff19\uff21\uff3a\uff41\uff5a\uff66\uffdc',
);
const letter: Ranges = word.filter(([first]) => first !== 0x30 && first !== 0x5f && first !== 0xff10);
export const digit: Ranges = ranges('09\u0660\u0669\u06f0\u06f9\u07c0\u07c9\u0966\u096f\u09e6\u09ef\uff10\uff19');
/** Character.isWhitespace: without the spaces that don't break. */
export const space: Ranges = ranges(
  '\t\r\x1c \u1680\u1680\u2000\u2006\u2008\u200a\u2028\u2029\u205f\u205f\u3000\u3000',
);

/** `[:alpha:]` and the like. */
export const posix: Readonly<Record<string, Ranges>> = {
  alpha: letter,
  alnum: [...letter, [0x30, 0x39]],
  word,
  digit,
  space,
  ascii: [[0, 127]],
  blank: ranges('\t\t  \xa0\xa0'),
  cntrl: [
    [0, 31],
    [127, 159],
  ],
  graph: ranges('!~\xa1\ud7ff\uf900\ufffd'),
  print: ranges(' ~\xa0\ud7ff\uf900\ufffd'),
  lower: ranges('az\xb5\xb5\xdf\xf6\xf8\xff'),
  upper: ranges('AZ\xc0\xd6\xd8\xde'),
  punct: ranges('!#%*,/:;?@[]__{{}}\xa1\xa1\xa7\xa7\xab\xab\xb6\xb7\xbb\xbb\xbf\xbf\u2010\u2027\u2030\u205e'),
  xdigit: ranges('09AFaf'),
};

function ranges(ends: string): Ranges {
  return Array.from({ length: ends.length / 2 }, (_, index) => [
    ends.charCodeAt(2 * index),
    ends.charCodeAt(2 * index + 1),
  ]);
}

/** Everything else. */
export function complement(of: Ranges): Ranges {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of [...of].sort((a, b) => a[0] - b[0])) {
    if (first > next) gaps.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= 0xffff) gaps.push([next, 0xffff]);
  return gaps;
}

/** Together with the same letters in the other case. */
export function caseless(of: Ranges): Ranges {
  return of.flatMap(([first, last]) => {
    const both: [number, number][] = [[first, last]];
    // Large ranges are scripts: where they are not all letters of both cases, only ASCII and Latin-1 matter to anybody.
    for (let code = first; code <= Math.min(last, first + 1024); code += 1) both.push(...otherCase(code));
    return both;
  });
}

function otherCase(code: number): [number, number][] {
  const char = String.fromCharCode(code);
  return [char.toLowerCase(), char.toUpperCase()]
    .filter((each) => each.length === 1 && each !== char)
    .map((each) => [each.charCodeAt(0), each.charCodeAt(0)]);
}

/** A class of JavaScript. */
export function classOf(of: Ranges, negated: boolean): string {
  const inside = of.map(([first, last]) => (first === last ? unit(first) : `${unit(first)}-${unit(last)}`)).join('');
  return `[${negated ? '^' : ''}${inside}]`;
}

/** A code unit that means only itself, in and out of a class. */
export function unit(code: number): string {
  const char = String.fromCharCode(code);
  return /[\w "#%&',:;<=>@~`!]/.test(char) ? char : `\\u${code.toString(16).padStart(4, '0')}`;
}
