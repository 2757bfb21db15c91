import { Refused } from './function.ts';

/** A text is literals, variables and calls, as JMeter's FunctionParser takes it apart. */
export type Part = string | { readonly variable: string } | Call;

export interface Call {
  readonly call: string;
  /** The arguments as they are written: texts of their own. */
  readonly args: readonly string[];
}

/** Whether `${name}` and `${name(…)}` call a function. What it says no to is a variable. */
export type IsFunction = (name: string) => boolean;

/** Throws Refused where JMeter reports an invalid call. */
export function parseText(text: string, isFunction: IsFunction): Part[] {
  return new Parser(text, isFunction).parts();
}

/** The same steps as JMeter's, character by character: their oddities are what plans rely on. */
class Parser {
  readonly text: string;
  readonly isFunction: IsFunction;
  at = 0;

  constructor(text: string, isFunction: IsFunction) {
    this.text = text;
    this.isFunction = isFunction;
  }

  parts(): Part[] {
    const parts: Part[] = [];
    let literal = '';
    let previous = '';
    while (this.at < this.text.length) {
      const char = this.next();
      if (char === '\\') {
        const escaped = this.escaped();
        literal += '$,\\'.includes(escaped) ? escaped : `\\${escaped}`;
        previous = '';
      } else if (char === '{' && previous === '$') {
        literal = literal.slice(0, -1);
        if (literal !== '') parts.push(literal);
        literal = '';
        parts.push(this.reference());
        previous = '';
      } else {
        literal += char;
        previous = char;
      }
    }
    if (literal !== '') parts.push(literal);
    return parts;
  }

  /** What comes after `${`. Where nothing closes it, its rest is a literal. */
  private reference(): Part {
    let name = '';
    let previous = ' ';
    while (this.at < this.text.length) {
      const char = this.next();
      if (char === '\\') {
        name += this.escaped();
        previous = ' ';
      } else if (char === '(' && previous !== ' ') {
        if (this.isFunction(name.trim())) return this.call(name.trim());
        name += char;
      } else if (char === '}') {
        return this.isFunction(name) ? { call: name, args: [] } : { variable: name };
      } else {
        name += char;
        previous = char;
      }
    }
    return name;
  }

  private call(name: string): Part {
    const args = this.args();
    while (this.text[this.at] === ' ') this.at += 1;
    if (this.next() !== '}')
      throw new Refused(
        `"\${${name}(…" without ")}" after its arguments`,
        'JMeter leaves the whole element as written',
      );
    return { call: name, args };
  }

  /** Arguments end at a comma also inside parentheses, but not inside `${…}`. */
  private args(): string[] {
    const args: string[] = [];
    let arg = '';
    let previous = ' ';
    let braces = 0;
    let parentheses = 0;
    while (this.at < this.text.length) {
      const char = this.next();
      if (char === '\\') {
        arg += char + this.escaped();
        previous = ' ';
        continue;
      }
      if (braces === 0 && char === ',') {
        args.push(arg);
        arg = '';
        continue;
      }
      if (braces === 0 && char === ')' && parentheses === 0)
        return arg === '' && args.length === 0 ? [] : [...args, arg];
      if (char === '{' && previous === '$') braces += 1;
      else if (char === '}' && braces > 0) braces -= 1;
      else if (char === ')' && braces === 0) parentheses -= 1;
      else if (char === '(' && braces === 0) parentheses += 1;
      arg += char;
      previous = char;
    }
    return [...args, arg];
  }

  private next(): string {
    const char = this.text[this.at] ?? '';
    this.at += 1;
    return char;
  }

  /** After a backslash; one at the end stands for itself. */
  private escaped(): string {
    return this.at < this.text.length ? this.next() : '\\';
  }
}
