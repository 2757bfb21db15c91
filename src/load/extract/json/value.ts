/** JSON as Java has it: `2.50` is the double 2.5 and prints as such, `2.0` is no integer, and large integers keep their digits. */
export interface Json {
  readonly root: unknown;
  /** Of the text, in characters. */
  readonly size: number;
  /** How numbers were written that JavaScript would print otherwise; by what holds them, and by key. */
  readonly written: ReadonlyMap<object, ReadonlyMap<string, string>>;
}

/** A place in it. */
export interface JsonNode {
  readonly value: unknown;
  /** Of a number: how it was written. */
  readonly written: string | undefined;
}

/** What is no JSON is a text to json-smart, in which no path finds anything. Lenient JSON is not read. */
export function parseJson(text: string): Json {
  const written = new Map<object, Map<string, string>>();
  // Doubles that are whole, exponents and large integers. Few answers have them, and the reviver costs ten times the parsing.
  const peculiar = /\d\.0+(?!\d)|\d[eE][+-]?\d|\d{16}/.test(text);
  const reviver = function (this: object, key: string, value: unknown, context: { source?: string }): unknown {
    const { source } = context;
    if (typeof value !== 'number' || source === undefined || source === String(value)) return value;
    const known = written.get(this) ?? new Map<string, string>();
    written.set(this, known.set(key, source));
    return value;
  };
  try {
    const root: unknown = peculiar ? (JSON.parse as Parse)(text, reviver) : JSON.parse(text);
    const own = typeof root === 'number' ? text.trim() : undefined;
    return {
      root,
      size: text.length,
      written: own === undefined ? written : new Map([[rootHolder, new Map([['', own]])]]),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { root: text, size: text.length, written };
  }
}

/** With what Node 22 and later tell revivers. */
type Parse = (
  text: string,
  reviver: (this: object, key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

/** Stands for what holds the root. */
export const rootHolder = {};

export function nodeAt({ written }: Json, holder: object, key: string, value: unknown): JsonNode {
  return { value, written: typeof value === 'number' ? written.get(holder)?.get(key) : undefined };
}

/** An object's own member; undefined where there is none. */
export function member(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

export function isDouble({ value, written }: JsonNode): boolean {
  return typeof value === 'number' && /[.eE]/.test(written ?? String(value));
}

/** As the JSON extractor prints it; null is the caller's affair. */
export function printNode(json: Json, node: JsonNode): string | undefined {
  const { value } = node;
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return printNumber(value, node.written);
  return typeof value === 'object' ? printJson(json, value, !Array.isArray(value)) : String(value);
}

function printNumber(value: number, written: string | undefined): string {
  const source = written ?? String(value);
  return /[.eE]/.test(source) ? javaDouble(value) : source;
}

/** Double.toString. */
export function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** As json-smart writes it. The outermost object comes in the order of Java's HashMap, which JMeter copies it into. */
export function printJson(json: Json, value: unknown, outermost = false): string {
  if (typeof value === 'string') return `"${escaped(value)}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  const item = (holder: object, key: string, each: unknown) =>
    typeof each === 'number' ? printNumber(each, json.written.get(holder)?.get(key)) : printJson(json, each);
  if (Array.isArray(value)) return `[${value.map((each, index) => item(value, String(index), each)).join(',')}]`;
  const keys = outermost ? hashOrder(Object.keys(value)) : Object.keys(value);
  const members = keys.map((key) => `"${escaped(key)}":${item(value, key, (value as Record<string, unknown>)[key])}`);
  return `{${members.join(',')}}`;
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escaped(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    /["\\/\u0000-\u001f\u007f-\u009f\u2000-\u20ff]/g,
    (char) => short[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

function hashOrder(keys: readonly string[]): readonly string[] {
  let capacity = 1;
  while (capacity < keys.length / 0.75 + 1) capacity *= 2;
  const bucket = (key: string) => {
    let hash = 0;
    for (let index = 0; index < key.length; index += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return keys
    .map((key) => [bucket(key), key] as const)
    .sort(([a], [b]) => a - b)
    .map(([, key]) => key);
}
