import { caseless, classOf, complement, digit, posix, type Ranges, space, unit, word } from './oro-class.ts';

/** What a pattern of Oro means, as source for JavaScript's RegExp without flags. */
export interface Translated {
  /** For texts that do not end with a newline, where Oro's `$` is JavaScript's; and for all. */
  readonly plain: string;
  readonly full: string;
  /** A bound for the steps from one place of a text of n characters: `choices` * n ** `degree`; without one where it is exponential. */
  readonly cost: Cost;
}

export interface Cost {
  readonly choices: number;
  readonly degree: number;
}

/** Oro would report a MalformedPatternException; its message. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/**
 * Translates a pattern of Jakarta Oro's Perl5Compiler (2.0.8), which JMeter uses by default, with the options that JMeter gives
 * it: none. What differs from JavaScript: `.` is all but a newline, `$` and `\Z` also hold before a last newline, `(?imsx)` hold
 * from where they stand on (`i` everywhere), `\w` `\d` `\s` are of Unicode, POSIX classes, octal, `\e` `\a`, comments, a `]` that
 * comes first in a class; and much of JavaScript is unknown: lookbehind, `\u`, `\p`, names, possessive quantifiers.
 * Not as in Oro: a group inside a repetition forgets what an earlier round matched, and a reference to a group that took no part
 * matches the empty text.
 */
export function translate(pattern: string): Translated {
  if (pattern.length > 10_000) throw new Malformed('Expression is too large.');
  const full = new Translator(pattern, '(?=\\n?$)');
  const { source, cost } = full.whole();
  const plain = full.sawDollar ? new Translator(pattern, '$').whole().source : source;
  return { plain, full: source, cost };
}

interface Piece {
  readonly source: string;
  readonly cost: Cost;
  /** One character wide: what is repeated of it has no choices inside. */
  readonly single: boolean;
}

const nothing: Cost = { choices: 1, degree: 0 };
const endless: Cost = { choices: Number.POSITIVE_INFINITY, degree: 1 };
const single = (source: string): Piece => ({ source, cost: nothing, single: true });
const assertion = (source: string): Piece => ({ source: `(?:${source})`, cost: nothing, single: false });

class Translator {
  readonly #text: string;
  readonly #dollar: string;
  readonly #caseless: boolean;
  #at = 0;
  #groups = 0;
  #depth = 0;
  #multiline = false;
  #singleline = false;
  #extended = false;
  sawDollar = false;

  constructor(text: string, dollar: string) {
    this.#text = text;
    this.#dollar = dollar;
    // Oro folds the whole text's case as soon as one (?i) stands anywhere.
    this.#caseless = /\(\?[gmosx]*i[gimosx]*\)/.test(text.replace(/\\[\s\S]/g, ''));
  }

  whole(): Piece {
    const piece = this.#alternatives();
    if (this.#at < this.#text.length) throw new Malformed('Unmatched parentheses.');
    return piece;
  }

  #alternatives(): Piece {
    if (this.#depth > 100) throw new Malformed('Expression is too large.');
    this.#depth += 1;
    const branches = [this.#branch()];
    while (this.#text[this.#at] === '|') {
      this.#at += 1;
      branches.push(this.#branch());
    }
    this.#depth -= 1;
    const source = branches.map((each) => each.source).join('|');
    const degree = Math.max(...branches.map(({ cost }) => cost.degree));
    const choices = branches.reduce((sum, { cost }) => sum + cost.choices, 0);
    return { source, cost: { choices, degree }, single: false };
  }

  #branch(): Piece {
    let source = '';
    let [choices, degree] = [1, 0];
    for (;;) {
      this.#skip();
      const char = this.#text[this.#at];
      if (char === undefined || char === '|' || char === ')') break;
      const atom = this.#atom(char);
      if (atom === undefined) continue;
      const { source: more, cost } = this.#repeated(atom);
      source += more;
      choices *= cost.choices;
      degree += cost.degree;
    }
    return { source, cost: { choices, degree }, single: false };
  }

  /** Comments, and white space where `x` is on. */
  #skip(): void {
    for (;;) {
      const char = this.#text[this.#at] as string;
      if (this.#text.startsWith('(?#', this.#at)) {
        const end = this.#text.indexOf(')', this.#at);
        if (end === -1) throw new Malformed('Sequence (?#... not terminated');
        this.#at = end + 1;
      } else if (this.#extended && /^\s/.test(char ?? '')) this.#at += 1;
      else if (this.#extended && char === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end + 1;
      } else return;
    }
  }

  /** Undefined: there was nothing but modifiers. */
  #atom(char: string): Piece | undefined {
    this.#at += 1;
    switch (char) {
      case '^':
        return assertion(this.#multiline ? '^|(?<=\\n)(?=[^])' : '^');
      case '$':
        return this.#multiline ? assertion('(?=\\n)|$') : this.#end();
      case '.':
        return single(this.#singleline ? '[^]' : '[^\\n]');
      case '[':
        return single(this.#class());
      case '(':
        return this.#group();
      case '\\':
        return this.#escape();
      case '?':
      case '+':
      case '*':
        throw new Malformed('?+* follows nothing in expression');
      default:
        return this.#literal(char.charCodeAt(0));
    }
  }

  #end(): Piece {
    this.sawDollar = true;
    return assertion(this.#dollar);
  }

  #literal(code: number): Piece {
    if (!this.#caseless) return single(unit(code));
    const both = caseless([[code, code]]);
    return single(both.length > 1 ? classOf(both, false) : unit(code));
  }

  #group(): Piece | undefined {
    if (this.#text[this.#at] !== '?') {
      this.#groups += 1;
      const inside = this.#closed();
      return { ...inside, source: `(${inside.source})` };
    }
    const kind = this.#text[this.#at + 1] ?? '';
    if (kind === ':' || kind === '=' || kind === '!') {
      this.#at += 2;
      const { source, cost } = this.#closed();
      // What is looked at is given up at the first match: it costs its own steps once.
      return { source: kind === ':' ? `(?:${source})` : `(?:(?${kind}${source}))`, cost, single: false };
    }
    return this.#modifiers();
  }

  #closed(): Piece {
    const inside = this.#alternatives();
    if (this.#text[this.#at] !== ')') throw new Malformed('Unmatched parentheses.');
    this.#at += 1;
    return inside;
  }

  #modifiers(): undefined {
    const match = /^\?([iogmsx]*)(-?[imsx]*)([\s\S]?)/.exec(this.#text.slice(this.#at, this.#at + 30));
    const [whole = '', on = '', off = '', next = ''] = match ?? [];
    if (next !== ')') throw new Malformed(`Sequence (?${next}...) not recognized`);
    this.#multiline = (this.#multiline || on.includes('m')) && !off.includes('m');
    this.#singleline = (this.#singleline || on.includes('s')) && !off.includes('s');
    this.#extended = (this.#extended || on.includes('x')) && !off.includes('x');
    this.#at += whole.length;
    if (/^[|)]?$/.test(this.#text.slice(this.#at, this.#at + 1))) throw new Malformed('Unmatched parentheses.');
  }

  #escape(): Piece {
    const char = this.#text[this.#at];
    if (char === undefined) throw new Malformed('Trailing \\ in expression.');
    const set = shorthand(char);
    this.#at += 1;
    if (set !== undefined) return single(classOf(set, false));
    if (char === 'A' || char === 'G') return assertion('^');
    if (char === 'Z') return this.#end();
    if (char === 'b' || char === 'B') return assertion(`\\${char}`);
    if (/[1-9]/.test(char)) return this.#reference();
    return this.#literal(this.#code(char));
  }

  #reference(): Piece {
    const digits = /^\d+/.exec(this.#text.slice(this.#at - 1))?.[0] ?? '';
    const group = Number(digits);
    if (group > 9 && group > this.#groups) return this.#literal(this.#code(digits[0] as string));
    if (group > this.#groups) throw new Malformed(`Invalid backreference: \\${group}`);
    this.#at += digits.length - 1;
    return { source: `(?:\\${group})`, cost: { choices: 1, degree: 1 }, single: false };
  }

  /** After a backslash and this character, which is read. */
  #code(char: string): number {
    const simple = { n: 10, r: 13, t: 9, f: 12, e: 27, a: 7 }[char];
    if (simple !== undefined) return simple;
    if (char === 'x') return this.#number(/^[\da-fA-F]{0,2}/, 16);
    if (/\d/.test(char)) {
      this.#at -= 1;
      return this.#number(/^[0-7]{0,3}/, 8) & 0xff;
    }
    if (char === 'c') {
      const code = (this.#text[this.#at] ?? '').toUpperCase().charCodeAt(0);
      if (Number.isNaN(code)) throw new Malformed('Trailing \\ in expression.');
      this.#at += 1;
      return code ^ 64;
    }
    return char.charCodeAt(0);
  }

  #number(digits: RegExp, base: number): number {
    const text = digits.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += text.length;
    if (text === '' && base === 8) {
      this.#at += 1;
      return this.#text.charCodeAt(this.#at - 1);
    }
    return text === '' ? 0 : Number.parseInt(text, base);
  }

  #class(): string {
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at += 1;
    const found: (readonly [number, number])[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#text.length) throw new Malformed('Unmatched [] in expression.');
      const item = this.#member();
      if (typeof item !== 'number') found.push(...item);
      else found.push([item, this.#rangeEnd(item)]);
    }
    this.#at += 1;
    return classOf(this.#caseless ? caseless(found) : found, negated);
  }

  #member(): Ranges | number {
    const named = /^\[:(\^?)(\w+):\]/.exec(this.#text.slice(this.#at, this.#at + 20));
    const set = posix[named?.[2] ?? ''];
    if (named !== null && set !== undefined) {
      this.#at += named[0].length;
      return named[1] === '^' ? complement(set) : set;
    }
    const char = this.#text[this.#at] as string;
    this.#at += 1;
    if (char !== '\\') return char.charCodeAt(0);
    const escaped = this.#text[this.#at] ?? '';
    if (escaped === '') throw new Malformed('Unmatched [] in expression.');
    this.#at += 1;
    return escaped === 'b' ? 8 : (shorthand(escaped) ?? this.#code(escaped));
  }

  #rangeEnd(first: number): number {
    const after = this.#text[this.#at + 1];
    if (this.#text[this.#at] !== '-' || after === undefined || after === ']') return first;
    this.#at += 1;
    const last = this.#member();
    if (typeof last !== 'number' || last < first) throw new Malformed('Invalid [] range in expression.');
    return last;
  }

  #repeated(atom: Piece): Piece {
    this.#skip();
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (match === null) return atom;
    const [whole, from, comma, to] = match;
    this.#at += whole.length;
    this.#skip();
    const lazy = this.#text[this.#at] === '?';
    if (lazy) this.#at += 1;
    if (/^(?:[*+?]|\{\d+,?\d*\})/.test(this.#text.slice(this.#at, this.#at + 20)))
      throw new Malformed('Nested repetitions *?+ in expression');
    const least = from === undefined ? (whole === '+' ? 1 : 0) : Number(from);
    const most = whole === '?' ? 1 : from === undefined || (comma !== '' && to === '') ? undefined : Number(to || from);
    if (most !== undefined && most < least) throw new Malformed(`Invalid interval {${least},${most}}`);
    if (Math.max(least, most ?? 0) > 0xfffe) throw new Malformed('Expression is too large.');
    const source = `${atom.source}${whole}${lazy ? '?' : ''}`;
    return { source, cost: costOf(atom, least, most), single: false };
  }
}

/** How many ways there are through a repetition. */
function costOf(atom: Piece, least: number, most: number | undefined): Cost {
  const { choices, degree } = atom.cost;
  if (atom.single) return most === undefined ? { choices: 1, degree: 1 } : { choices: most - least + 1, degree: 0 };
  if (most === undefined) return endless;
  return { choices: (most - least + 1) * choices ** Math.max(1, most), degree: degree * most };
}

function shorthand(char: string): Ranges | undefined {
  const set = { w: word, d: digit, s: space }[char.toLowerCase()];
  return set === undefined || /[a-z]/.test(char) ? set : complement(set);
}
