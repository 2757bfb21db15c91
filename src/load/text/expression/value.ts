import type { User } from '../../engine/user.ts';

/** The languages of which expressions are understood. */
export type Language = 'groovy' | 'jexl3' | 'jexl2' | 'javascript';

/** A number is whole, except in JavaScript: what has decimals is a Decimal in the others. */
export type Value = string | number | boolean | null | Decimal | Host;

/** Java's doubles and decimals: they print `3.0`. */
export class Decimal {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toString(): string {
    return Number.isInteger(this.value) ? `${this.value}.0` : String(this.value);
  }
}

/** An object that scripts are given: `vars`, `props`, `ctx`, … */
export class Host {
  readonly name: string;
  readonly methods: Methods;

  constructor(name: string, methods: Methods) {
    this.name = name;
    this.methods = methods;
  }
}

export type Methods = Readonly<Record<string, (user: User, ...args: readonly Value[]) => Value>>;

/** The language would have thrown an exception. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

export function print(value: Value): string {
  if (value instanceof Host) return value.name;
  return value === null ? 'null' : value.toString();
}

/** Undefined where it is no number by itself. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof Decimal ? value.value : undefined;
}

const whole = /^\s*[+-]?\d+\s*$/;
const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** The number that a text is, or an error as Integer.parseInt and the like throw it. */
export function parseNumber(text: string, kind: 'whole' | 'decimal' | 'any'): number | Decimal {
  if (text.length < 60 && kind !== 'decimal' && whole.test(text)) return Number(text);
  if (text.length < 60 && kind !== 'whole' && decimal.test(text)) return new Decimal(Number(text));
  throw new ScriptError(`"${text.slice(0, 40)}" is no ${kind === 'whole' ? 'whole ' : ''}number`);
}

export function truth(language: Language, value: Value): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  const number = numberOf(value);
  if (number !== undefined) return number !== 0 && !Number.isNaN(number);
  if (language !== 'jexl3' && language !== 'jexl2') return value !== '';
  return value !== '' && value !== 'false';
}

export function equal(language: Language, left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a === b;
  if (language === 'groovy') return characterAndNumber(left, right)?.[2] === 0;
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (language === 'javascript') return toNumber(left) === toNumber(right);
  if (typeof left === 'boolean' || typeof right === 'boolean') return truth(language, left) === truth(language, right);
  return compare(language, left, right) === 0;
}

/** Groovy takes a text of one character for that character where the other side is a number: the two, and their difference. */
function characterAndNumber(left: Value, right: Value): readonly [number, number, difference: number] | undefined {
  const [a, b] = [left, right].map((value) =>
    typeof value === 'string' && value.length === 1 ? value.charCodeAt(0) : numberOf(value),
  );
  return a === undefined || b === undefined ? undefined : [a, b, a - b];
}

/** Below, equal or above zero; NaN where there is no order, as in JavaScript. */
export function compare(language: Language, left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (language === 'javascript') return toNumber(left) - toNumber(right);
  if (left === null || right === null) {
    if (language !== 'groovy') throw new ScriptError('null is compared');
    return Number(left !== null) - Number(right !== null);
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const characters = language === 'groovy' ? characterAndNumber(left, right) : undefined;
  if (characters !== undefined) return characters[2];
  if (language === 'groovy' || left instanceof Host || right instanceof Host || (a === undefined && b === undefined))
    throw new ScriptError(`${print(left).slice(0, 40)} and ${print(right).slice(0, 40)} can't be compared`);
  return numeric(left) - numeric(right);
}

/** JEXL takes texts for numbers where the other side is one. */
function numeric(value: Value): number {
  return numberOf(value) ?? numberOf(parseNumber(print(value), 'any')) ?? Number.NaN;
}

function toNumber(value: Value): number {
  if (value instanceof Host) return Number.NaN;
  return numberOf(value) ?? Number(value);
}

/** `+ - * / %` as each language has them. */
export function calculate(language: Language, operator: string, left: Value, right: Value): Value {
  if (operator === '+' && isConcatenation(language, left, right)) return print(left) + print(right);
  if (language === 'javascript') return arithmetic(operator, toNumber(left), toNumber(right));
  if (language === 'groovy' && typeof left === 'string') return ofText(operator, left, right);
  const [a, b] = [operand(language, left), operand(language, right)];
  const exact = !(a instanceof Decimal || b instanceof Decimal);
  const [x, y] = [numberOf(a) as number, numberOf(b) as number];
  if (y === 0 && (operator === '/' || operator === '%') && (exact || language === 'groovy'))
    throw new ScriptError('something is divided by zero');
  const result = arithmetic(operator, x, y);
  // Groovy's decimals are no doubles: 0.1 + 0.2 is 0.3.
  if (!exact) return new Decimal(language === 'groovy' ? Number(result.toPrecision(15)) : result);
  if (Number.isInteger(result)) return result;
  return language === 'groovy' ? new Decimal(Number(result.toFixed(10))) : Math.trunc(result);
}

/** In Groovy, less what is taken away is a text too, and so is a text so many times. */
function ofText(operator: string, left: string, right: Value): string {
  if (operator === '-') return left.replace(print(right), '');
  if (operator !== '*' || typeof right !== 'number' || right < 0 || left.length * right > 1_000_000)
    throw new ScriptError(`there is no ${operator} of this text`);
  return left.repeat(right);
}

function isConcatenation(language: Language, left: Value, right: Value): boolean {
  const [a, b] = [typeof left === 'string', typeof right === 'string'];
  if (language === 'jexl2' && (a || b)) return !(isNumeric(left) && isNumeric(right));
  return a || b;
}

function isNumeric(value: Value): boolean {
  return numberOf(value) !== undefined || (typeof value === 'string' && value.length < 60 && decimal.test(value));
}

function operand(language: Language, value: Value): number | Decimal {
  if (typeof value === 'number' || value instanceof Decimal) return value;
  if (language !== 'groovy' && typeof value === 'string') return parseNumber(value, 'any');
  throw new ScriptError(`${print(value).slice(0, 40)} is no number`);
}

function arithmetic(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  return operator === '/' ? left / right : left % right;
}
