import type { Refusal } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type CallSite, Refused } from './function.ts';
import { functions } from './functions/catalogue.ts';
import { type Call, type Part, parseText } from './parse.ts';
import type { Text } from './template.ts';

export interface TextOptions {
  /** Which property of which element it is; calls that count (`__counter`) are told apart by it, in all processes alike. */
  readonly place?: string;
  /** The plan's name, for `__TestPlanName`. */
  readonly plan?: string;
}

/** Words by which a text looks at the last answer: where a plan has one of them, answers must be kept until the next. */
export const answerWords: readonly string[] = ['__regexFunction', 'sampleResult', 'reviousResult'];

/** Calls inside of one another; plans in the wild have up to four. */
const deepest = 40;

/**
 * Compiles a text of a plan: what is `${…}` in it is evaluated on each read, in the moment and for the user. A variable that is
 * not there stays as written. A text without `${…}` is constant and stays as written too, backslashes included, as in JMeter.
 * Throws RelevoError where `refusalsOf` has something to say.
 */
export function compileText(text: string, options: TextOptions = {}): Text {
  return new Compiler(text, options).property(text);
}

/** What of a text can't be honoured. */
export function refusalsOf(text: string): Refusal[] {
  if (!text.includes('${')) return [];
  try {
    compileText(text);
    return [];
  } catch (error) {
    if (error instanceof Refused) return [{ what: error.what, consequence: error.consequence }];
    throw error;
  }
}

/** The files that a text names, by calls of functions; those whose names are computed are not known before a run. */
export function filesIn(text: string): string[] {
  try {
    return callsIn(text, 0).flatMap(fileOf);
  } catch (error) {
    if (error instanceof Refused) return []; // it is refused as a whole
    throw error;
  }
}

function fileOf({ call, args: [file = ''] }: Call): string[] {
  if (functions.get(call)?.reads !== 'file' || file.startsWith('*')) return [];
  const parts = parseText(file, isFunction);
  return parts.every((part) => typeof part === 'string') ? [parts.join('')] : [];
}

function callsIn(text: string, depth: number): Call[] {
  if (!text.includes('${') || depth > deepest) return [];
  const calls = parseText(text, isFunction).filter((part) => typeof part === 'object' && 'call' in part);
  return calls.flatMap((call) => [call, ...call.args.flatMap((arg) => callsIn(arg, depth + 1))]);
}

/** A name of JMeter's form is a function even where we have none of that name: then it is refused. */
const isFunction = (name: string) => functions.has(name) || (/^__\w/.test(name) && !isIndex(name));

/** `__jm__Loop__idx`, where a loop is: a variable that loops set. */
const isIndex = (name: string) => name.startsWith('__jm__');

class Compiler {
  readonly #options: TextOptions;
  readonly #id: string;
  #calls = 0;
  #depth = 0;

  constructor(text: string, options: TextOptions) {
    this.#options = options;
    this.#id = options.place ?? text;
  }

  property(text: string): Text {
    if (!text.includes('${')) return constant(text);
    const parts = parseText(text, isFunction);
    const [first] = parts;
    return parts.length === 1 && typeof first === 'string' ? constant(text) : this.#join(parts);
  }

  /** An argument of a call: unlike a property's, its escapes are always taken away. */
  #argument(text: string): Text {
    return this.#join(parseText(text, isFunction));
  }

  #join(parts: readonly Part[]): Text {
    const texts = parts.map((part) => {
      if (typeof part === 'string') return constant(part);
      return 'variable' in part ? variable(part.variable) : this.#call(part);
    });
    return joined(texts);
  }

  #call({ call, args }: Call): Text {
    const known = functions.get(call);
    if (known === undefined) throw new Refused(`the function ${call}`, 'its text would not be what the plan says');
    const [least, most] = known.takes;
    if (args.length < least || args.length > most)
      throw new Refused(
        `${call} with ${args.length} arguments instead of ${least === most ? least : `${least} to ${most}`}`,
        'JMeter leaves the whole element as written',
      );
    if (this.#depth === deepest) throw new Refused(`more than ${deepest} calls inside one another`);
    this.#depth += 1;
    const place: CallSite = {
      id: `${call} ${this.#calls++} of ${this.#id}`,
      plan: this.#options.plan ?? '',
      args,
      template: (text) => compileText(text, { ...this.#options, place: `${this.#id} ${text}` }),
    };
    const of = known.compile(
      args.map((arg) => this.#argument(arg)),
      place,
    );
    this.#depth -= 1;
    return { of };
  }
}

function constant(text: string): Text {
  return { constant: text, of: () => text };
}

function variable(name: string): Text {
  const unknown = `\${${name}}`;
  return { of: (user: User) => user.variables.get(name) ?? unknown };
}

/** Texts one after another. The shapes that paths and bodies mostly have get by without a loop. */
function joined(texts: readonly Text[]): Text {
  const [a, b, c, more] = texts;
  if (texts.every((each) => each.constant !== undefined)) return constant(texts.map((each) => each.constant).join(''));
  if (a === undefined) return constant('');
  if (b === undefined) return a;
  if (c === undefined) return pair(a, b);
  if (more === undefined && a.constant !== undefined && c.constant !== undefined) {
    const [before, after] = [a.constant, c.constant];
    return { of: (user) => before + b.of(user) + after };
  }
  return {
    of: (user) => {
      let text = '';
      for (const each of texts) text += each.of(user);
      return text;
    },
  };
}

function pair(a: Text, b: Text): Text {
  const { constant: before } = a;
  if (before !== undefined) return { of: (user) => before + b.of(user) };
  return { of: (user) => a.of(user) + b.of(user) };
}
