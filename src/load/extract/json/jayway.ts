import { operators } from './filter.ts';

/** A path of Jayway's JsonPath, taken apart. */
export interface JaywayPath {
  /** Steps of a definite path, which leads to one place; else undefined. */
  readonly steps: readonly (string | number)[] | undefined;
  /** The same in RFC 9535, without what comes below. */
  readonly rfc: string;
  /** Names at the end, `['a','b']`: an object of these members is made. */
  readonly pick: readonly string[] | undefined;
  /** `length` of `$.a.length()`. */
  readonly call: string | undefined;
}

/** It is no path that is understood here. */
export class BadPath extends Error {
  override readonly name = 'BadPath';
}

/** A path without its `$` begins at the root too. */
export function parsePath(text: string): JaywayPath {
  const whole = /^[$@]/.test(text) ? text : `$.${text}`;
  const parser = new Parser(whole);
  const path = parser.path();
  if (parser.at < whole.length)
    throw new BadPath(`"${whole.slice(parser.at, parser.at + 20)}" is not expected in ${text}`);
  return path;
}

class Parser {
  readonly #text: string;
  at = 0;
  #depth = 0;

  constructor(text: string) {
    if (text.length > 5000) throw new BadPath('the path is too long');
    this.#text = text;
  }

  path(): JaywayPath {
    let rfc = this.#text[this.at] ?? '';
    this.at += 1;
    let steps: (string | number)[] | undefined = [];
    let pick: readonly string[] | undefined;
    for (;;) {
      const step = this.#step();
      if (step === undefined) return { steps, rfc, pick, call: undefined };
      if ('call' in step) return { steps, rfc, pick, call: step.call };
      if (pick !== undefined) {
        // Only the last names make an object; before others they are several ways.
        rfc += bracket(pick);
        steps = undefined;
        pick = undefined;
      }
      if ('pick' in step) pick = step.pick;
      else {
        rfc += step.rfc;
        steps = step.key === undefined ? undefined : steps?.concat(step.key);
      }
    }
  }

  #step(): { rfc: string; key?: string | number } | { pick: readonly string[] } | { call: string } | undefined {
    const text = this.#text;
    if (text[this.at] === '[') return this.#bracket('');
    if (text[this.at] !== '.') return undefined;
    const descends = text[this.at + 1] === '.';
    this.at += descends ? 2 : 1;
    const dots = descends ? '..' : '';
    if (text[this.at] === '[') return descends ? this.#bracket(dots) : this.#fail();
    if (text[this.at] === '*') {
      this.at += 1;
      return { rfc: `${dots}[*]` };
    }
    const name = /^[^.[\]()\s,=<>!&|~'"]+/.exec(text.slice(this.at))?.[0] ?? this.#fail();
    this.at += name.length;
    if (text[this.at] !== '(') return { rfc: `${dots}${bracket([name])}`, ...(descends ? {} : { key: name }) };
    if (descends || text[this.at + 1] !== ')') return this.#fail();
    this.at += 2;
    return { call: name };
  }

  #bracket(dots: string): { rfc: string; key?: string | number } | { pick: readonly string[] } {
    this.at += 1;
    this.#spaces();
    const char = this.#text[this.at] ?? '';
    if (char === '?') return { rfc: `${dots}[${this.#filter()}]` };
    if (char === "'" || char === '"') return this.#names(dots);
    const match = /^(?:\*|(-?\d{0,9}:-?\d{0,9})|(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*))\s*\]/.exec(this.#text.slice(this.at));
    if (match === null) return this.#fail();
    this.at += match[0].length;
    const rfc = `${dots}[${match[0].slice(0, -1).trim()}]`;
    const index = match[2];
    return index === undefined || index.includes(',') || dots !== '' ? { rfc } : { rfc, key: Number(index) };
  }

  #names(dots: string): { rfc: string; key?: string } | { pick: readonly string[] } {
    const names: string[] = [];
    do {
      this.#spaces();
      names.push(this.#string());
      this.#spaces();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail();
    const [only] = names;
    if (names.length === 1 && only !== undefined)
      return { rfc: `${dots}${bracket(names)}`, ...(dots === '' ? { key: only } : {}) };
    return dots === '' ? { pick: names } : this.#fail();
  }

  #string(): string {
    const quote = this.#text[this.at] ?? '';
    if (quote !== "'" && quote !== '"') return this.#fail();
    let text = '';
    for (this.at += 1; this.#text[this.at] !== quote; this.at += 1) {
      if (this.at >= this.#text.length) return this.#fail();
      if (this.#text[this.at] === '\\') this.at += 1;
      text += this.#text[this.at] ?? '';
    }
    this.at += 1;
    return text;
  }

  /** `?(…)` and the bracket that closes it. */
  #filter(): string {
    this.at += 1;
    this.#spaces();
    const condition = this.#either();
    this.#spaces();
    if (!this.#take(']')) this.#fail();
    return `?${condition}`;
  }

  #either(): string {
    let text = this.#both();
    while (this.#take('||')) text = `${text} || ${this.#both()}`;
    return text;
  }

  #both(): string {
    let text = this.#single();
    while (this.#take('&&')) text = `${text} && ${this.#single()}`;
    return text;
  }

  #single(): string {
    if (this.#depth > 30) return this.#fail();
    this.#depth += 1;
    let text: string;
    if (this.#take('!')) text = `!${this.#single()}`;
    else if (this.#take('(')) {
      text = `(${this.#either()})`;
      if (!this.#take(')')) this.#fail();
    } else text = this.#comparison();
    this.#depth -= 1;
    return text;
  }

  #comparison(): string {
    const left = this.#operand();
    this.#spaces();
    const operator = /^(?:[=!<>]=?=?|=~|(?:in|nin|contains|size|empty)\b)~?/.exec(this.#text.slice(this.at))?.[0];
    if (operator === undefined) return /^[$@]/.test(left) ? left : this.#fail();
    const name = operators[operator] ?? this.#fail();
    this.at += operator.length;
    const right = operator === '=~' ? this.#regex() : this.#operand();
    return `${name}(${left},${right})`;
  }

  #operand(): string {
    this.#spaces();
    const char = this.#text[this.at] ?? '';
    if (char === '@' || char === '$') {
      const { rfc, pick, call } = this.path();
      return pick === undefined && call === undefined ? rfc : this.#fail();
    }
    if (char === "'" || char === '"') return quoted(this.#string());
    if (char === '[') return this.#list();
    const literal = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b/.exec(this.#text.slice(this.at))?.[0];
    if (literal === undefined) return this.#fail();
    this.at += literal.length;
    return literal;
  }

  /** A list becomes a text, since functions take none. */
  #list(): string {
    this.at += 1;
    const items: unknown[] = [];
    this.#spaces();
    while (!this.#take(']')) {
      if (items.length > 0 && !this.#take(',')) this.#fail();
      this.#spaces();
      const char = this.#text[this.at];
      items.push(char === "'" || char === '"' ? this.#string() : JSON.parse(this.#literal()));
      this.#spaces();
    }
    return quoted(JSON.stringify(items));
  }

  #literal(): string {
    const literal = this.#operand();
    return /^[$@']/.test(literal) ? this.#fail() : literal;
  }

  /** `/…/i`: the whole text must match. */
  #regex(): string {
    this.#spaces();
    const match = /^\/((?:[^/\\]|\\.)*)\/([a-z]*)/.exec(this.#text.slice(this.at));
    if (match === null || /[^ims]/.test(match[2] ?? '')) return this.#fail();
    this.at += match[0].length;
    const [, pattern = '', flags = ''] = match;
    return quoted(`${flags === '' ? '' : `(?${flags})`}^(?:${pattern.replaceAll('\\/', '/')})$`);
  }

  #spaces(): void {
    while (/^\s/.test(this.#text[this.at] ?? '')) this.at += 1;
  }

  #take(sign: string): boolean {
    this.#spaces();
    if (!this.#text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  #fail(): never {
    throw new BadPath(`"${this.#text.slice(this.at, this.at + 20)}" is not understood in ${this.#text}`);
  }
}

function bracket(names: readonly string[]): string {
  return `[${names.map(quoted).join(',')}]`;
}

/** A text of RFC 9535. */
function quoted(text: string): string {
  const inside = JSON.stringify(text.toWellFormed()).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inside}'`;
}
