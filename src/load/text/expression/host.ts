import type { User } from '../../engine/user.ts';
import type { Sample } from '../../sample.ts';
import { Decimal, Host, type Methods, numberOf, parseNumber, print, ScriptError, type Value } from './value.ts';

/** The objects that JMeter gives to scripts, as far as they are simple, and Java's classes that are used with them. */

const orNull = (value: Value | undefined): Value => value ?? null;

const vars = new Host('vars', {
  get: ({ variables }, name) => orNull(variables.get(text(name))),
  getObject: ({ variables }, name) => orNull(variables.get(text(name))),
  put: ({ variables }, name, value) => {
    variables.set(text(name), text(value));
    return null;
  },
  remove: ({ variables }, name) => {
    const before = variables.get(text(name));
    variables.delete(text(name));
    return orNull(before);
  },
  getIteration: (user) => user.iteration,
  getThreadName: (user) => user.name,
});

const props = new Host('props', {
  get: ({ run }, name) => orNull(run.properties.get(text(name))),
  getProperty: ({ run }, name, otherwise) => orNull(run.properties.get(text(name)) ?? otherwise),
  put: setProperty,
  setProperty,
  containsKey: ({ run }, name) => run.properties.has(text(name)),
});

function setProperty({ run }: User, name: Value | undefined, value: Value | undefined): Value {
  const before = run.properties.get(text(name));
  run.properties.set(text(name), text(value));
  return orNull(before);
}

const previous = new Host('sampleResult', {
  isSuccessful: (user) => sampleOf(user).success,
  getResponseCode: (user) => sampleOf(user).code,
  getResponseMessage: (user) => sampleOf(user).message,
  getResponseDataAsString: (user) => sampleOf(user).response?.text() ?? '',
  getResponseHeaders: (user) => sampleOf(user).response?.headers ?? '',
  getRequestHeaders: (user) => sampleOf(user).response?.requestHeaders ?? '',
  getSampleLabel: (user) => sampleOf(user).label,
  getTime: (user) => Math.round(sampleOf(user).elapsed),
  getLatency: (user) => Math.round(sampleOf(user).latency),
  getConnectTime: (user) => Math.round(sampleOf(user).connect),
  getBytesAsLong: (user) => sampleOf(user).received,
  getUrlAsString: (user) => sampleOf(user).url,
});

function sampleOf(user: User): Sample {
  if (user.previous === undefined) throw new ScriptError('there is no sample yet');
  return user.previous;
}

const ctx = new Host('ctx', {
  getThreadNum: (user) => user.number,
  getVariables: () => vars,
  getProperties: () => props,
  getPreviousResult: (user) => (user.previous === undefined ? null : previous),
});

const parse = (kind: 'whole' | 'decimal') => (_: User, value?: Value) => {
  const parsed = parseNumber(text(value), kind);
  if (parsed instanceof Decimal || kind === 'whole') return parsed;
  return new Decimal(parsed);
};
const real = (value: Value | undefined): number => numberOf(value ?? null) ?? fail('a number is missing');
const whole = (change: (value: number) => number) => (_: User, value?: Value) => change(real(value));

/** By the names that scripts know them by. */
export const hosts: Readonly<Record<string, Host>> = {
  vars,
  props,
  ctx,
  sampleResult: previous,
  Integer: new Host('Integer', { parseInt: parse('whole'), valueOf: parse('whole') }),
  Long: new Host('Long', { parseLong: parse('whole'), valueOf: parse('whole') }),
  Double: new Host('Double', { parseDouble: parse('decimal'), valueOf: parse('decimal') }),
  Float: new Host('Float', { parseFloat: parse('decimal'), valueOf: parse('decimal') }),
  Boolean: new Host('Boolean', { parseBoolean: isTrue, valueOf: isTrue }),
  String: new Host('String', { valueOf: (_: User, value?: Value) => print(orNull(value)) }),
  System: new Host('System', { currentTimeMillis: ({ run }) => Math.floor(run.clock.now()) }),
  Math: new Host('Math', {
    abs: (_, value) => (value instanceof Decimal ? new Decimal(Math.abs(value.value)) : Math.abs(real(value))),
    floor: whole(Math.floor),
    ceil: whole(Math.ceil),
    round: whole((value) => Math.floor(value + 0.5)),
    max: (_, a, b) => (real(a) >= real(b) ? orNull(a) : orNull(b)),
    min: (_, a, b) => (real(a) <= real(b) ? orNull(a) : orNull(b)),
  }),
};

function isTrue(_: User, value?: Value): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

function fail(why: string): never {
  throw new ScriptError(why);
}

/** An argument that must be a text. */
function text(value: Value | undefined): string {
  if (value === undefined || value === null || value instanceof Host) return fail('a text is missing');
  return print(value);
}

function index(value: Value | undefined, length: number): number {
  const number = numberOf(value ?? null);
  if (number === undefined || !Number.isInteger(number) || number < 0 || number > length)
    return fail(`there is no character ${value === undefined ? '' : print(value)}`);
  return number;
}

type Method<T> = (self: T, ...args: readonly Value[]) => Value;

/** Methods of texts, of Java, Groovy and JavaScript alike. */
export const textMethods: Readonly<Record<string, Method<string>>> = {
  equals: (self, other) => self === other,
  equalsIgnoreCase: (self, other) => typeof other === 'string' && self.toLowerCase() === other.toLowerCase(),
  compareTo: (self, other) => (self < text(other) ? -1 : Number(self > text(other))),
  contains: (self, other) => self.includes(text(other)),
  includes: (self, other) => self.includes(text(other)),
  startsWith: (self, other) => self.startsWith(text(other)),
  endsWith: (self, other) => self.endsWith(text(other)),
  indexOf: (self, other) => self.indexOf(text(other)),
  lastIndexOf: (self, other) => self.lastIndexOf(text(other)),
  length: (self) => self.length,
  size: (self) => self.length,
  isEmpty: (self) => self === '',
  isBlank: (self) => self.trim() === '',
  trim: (self) => self.trim(),
  strip: (self) => self.trim(),
  toLowerCase: (self) => self.toLowerCase(),
  toUpperCase: (self) => self.toUpperCase(),
  capitalize: (self) => self.charAt(0).toUpperCase() + self.slice(1),
  reverse: (self) => [...self].reverse().join(''),
  concat: (self, other) => self + text(other),
  charAt: (self, at) => self.charAt(index(at, self.length - 1)),
  substring: (self, from, to) => {
    const end = to === undefined ? self.length : index(to, self.length);
    return self.slice(index(from, end), end);
  },
  replace: (self, from, to) => bounded(self.replaceAll(text(from), () => text(to))),
  toString: (self: string) => self,
  toInteger: (self) => parseNumber(self.trim(), 'whole'),
  toLong: (self) => parseNumber(self.trim(), 'whole'),
  toDouble: (self) => decimal(self),
  toFloat: (self) => decimal(self),
  toBigDecimal: (self) => decimal(self),
  toBoolean: (self) => ['true', 'y', '1'].includes(self.trim().toLowerCase()),
  isNumber: (self) => isNumber(self.trim(), 'any'),
  isInteger: (self) => isNumber(self.trim(), 'whole'),
  isLong: (self) => isNumber(self.trim(), 'whole'),
};

/** Methods of numbers and of true and false. */
export const plainMethods: Readonly<Record<string, Method<Value>>> = {
  equals: (self, other) =>
    self === other || (numberOf(self) !== undefined && numberOf(self) === numberOf(other ?? null)),
  toString: (self: Value) => print(self),
  toInteger: (self) => Math.trunc(real(self)),
  toLong: (self) => Math.trunc(real(self)),
  intValue: (self) => Math.trunc(real(self)),
  longValue: (self) => Math.trunc(real(self)),
  doubleValue: (self) => new Decimal(real(self)),
  toDouble: (self) => new Decimal(real(self)),
};

function decimal(self: string): Decimal {
  const parsed = parseNumber(self.trim(), 'any');
  return parsed instanceof Decimal ? parsed : new Decimal(parsed);
}

function isNumber(self: string, kind: 'whole' | 'any'): boolean {
  return self.length < 60 && (kind === 'whole' ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/).test(self);
}

function bounded(made: string): string {
  return made.length > 10_000_000 ? fail('a text becomes too long') : made;
}

/** What JavaScript has without an object. */
export const javascriptFunctions: Methods = {
  parseInt: (_, value) => Number.parseInt(print(orNull(value)), 10),
  parseFloat: (_, value) => Number.parseFloat(print(orNull(value))),
  Number: (_, value) => numberOf(orNull(value)) ?? Number(value instanceof Host ? Number.NaN : value),
  String: (_, value) => print(orNull(value)),
  isNaN: (_, value) => Number.isNaN(Number(value instanceof Decimal ? value.value : value)),
};

/** What JEXL has as functions. */
export const jexlFunctions: Methods = {
  empty: (_, value) => value === undefined || value === null || value === '',
  size: (_, value) => text(value).length,
};

/** Whether anything has a method of that name. */
export function isMethod(name: string): boolean {
  return (
    Object.hasOwn(textMethods, name) ||
    Object.hasOwn(plainMethods, name) ||
    Object.values(hosts).some((host) => Object.hasOwn(host.methods, name))
  );
}
