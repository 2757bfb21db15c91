import { RelevoError } from '../../domain/failure.ts';
import type { Refusal } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import type { Text } from './template.ts';

/** One of JMeter's functions: `${__name(argument,argument)}`. */
export interface TextFunction {
  readonly name: string;
  /** What it gives, for the docs. */
  readonly title: string;
  /** `__time(format, variable)`; what may be left out is in brackets. */
  readonly syntax: string;
  /** How many arguments it takes. */
  readonly takes: readonly [least: number, most: number];
  /** It comes with a plugin in JMeter. */
  readonly plugin?: true;
  /** Its first argument is the name of a file. */
  readonly reads?: 'file';
  /** What is not as in JMeter. */
  readonly limits?: string;
  /** Which arguments are refused, beside a wrong number of them. */
  readonly refuses?: string;
  /** Throws Refused where these arguments can't be honoured. What it returns may throw RelevoError: it can't be evaluated. */
  compile(args: readonly Text[], place: CallSite): (user: User) => string;
}

/** Where a call stands. */
export interface CallSite {
  /** The same in all processes, and no other call's. */
  readonly id: string;
  /** The plan's name. */
  readonly plan: string;
  /** The arguments as they are written. */
  readonly args: readonly string[];
  template(text: string): Text;
}

/** A text that can't be honoured. */
export class Refused extends RelevoError implements Refusal {
  override readonly name = 'Refused';
  readonly what: string;
  readonly consequence: string;

  constructor(what: string, consequence = 'the text is not what JMeter would make of it') {
    super({ code: 'invalid-file', message: `${what} can't be honoured: ${consequence}.` });
    this.what = what;
    this.consequence = consequence;
  }
}

/** A text that could not be evaluated this time: JMeter logs an exception then and sends nothing. */
export function unevaluable(message: string): RelevoError {
  return new RelevoError({ code: 'failed', message });
}

/** Puts the value into the variable that the argument names, if it names one. */
export function store(user: User, variable: Text | undefined, value: string): string {
  const name = variable?.of(user).trim();
  if (name !== undefined && name !== '') user.variables.set(name, value);
  return value;
}

/** A whole number as Java's Long.parseLong reads it. */
export function integerOf(text: string, who: string): bigint {
  if (!/^[+-]?\d{1,19}$/.test(text))
    throw unevaluable(`${who} needs a whole number instead of "${text.slice(0, 40)}".`);
  return BigInt(text.replace('+', ''));
}

/** Refuses a constant argument that no run could evaluate. */
export function checkInteger(text: Text, who: string): void {
  const { constant } = text;
  if (constant !== undefined && !/^[+-]?\d{1,19}$/.test(constant.trim()))
    throw new Refused(`${who} with "${constant}" instead of a whole number`, 'JMeter fails each time that it is read');
}
