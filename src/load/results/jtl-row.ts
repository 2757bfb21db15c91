import type { AssertionResult, Sample } from '../sample.ts';
import { ByteStrings, hashed } from './byte-strings.ts';
import { intendedColumn, serverColumn } from './csv.ts';
import { type Layout, mostColumns } from './jtl-columns.ts';
import { isLost } from './lost.ts';

/**
 * A row of a CSV log as a sample: one object for all rows, so whoever wants to keep something copies it. Columns up to the last
 * one that accounts need are read in one pass over their bytes; others only when they are asked for.
 */
export class JtlRow implements Sample {
  label = '';
  start = 0;
  elapsed = 0;
  code = '';
  message = '';
  success = false;
  unknown = false;
  received = 0;
  sent = 0;
  readonly assertions: AssertionResult[] = [];
  readonly children: Sample[] = [];
  readonly response = undefined;

  readonly #strings = new ByteStrings();
  readonly #layout: Layout;
  readonly #at: Readonly<Record<Column, number>>;
  /** How the first columns are read. */
  readonly #kinds: Uint8Array;
  readonly #numbers: Float64Array;
  readonly #texts: string[];

  #bytes: Buffer = Buffer.alloc(0);
  #separator = 0;
  #end = 0;
  /** Columns that were found so far, and where the next one begins; beyond the end where there is none. */
  #found = 0;
  #next = 0;
  readonly #starts = new Int32Array(mostColumns);
  readonly #ends = new Int32Array(mostColumns);

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#at = Object.fromEntries(read.map((name) => [name, layout.at.get(name) ?? -1])) as Record<Column, number>;
    const kindOf = new Map(eager.map(([name, kind]) => [this.#at[name], kind]));
    const last = Math.max(...kindOf.keys());
    this.#kinds = Uint8Array.from({ length: last + 1 }, (_, column) => kindOf.get(column) ?? skipped);
    this.#numbers = new Float64Array(last + 1);
    this.#texts = new Array(last + 1).fill('');
  }

  /** Takes a row from its bytes; false where it is no sample. */
  read(bytes: Buffer, from: number, end: number, separator: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#separator = separator;
    if (!this.#scan(from)) return false;
    const { timeStamp, elapsed, label, responseCode, responseMessage, bytes: size, sentBytes } = this.#at;
    this.elapsed = this.#numbers[elapsed] ?? Number.NaN;
    this.start = this.#numbers[timeStamp] ?? Number.NaN;
    if (Number.isNaN(this.start)) this.start = dateOf(this.#text(timeStamp));
    if (Number.isNaN(this.elapsed) || Number.isNaN(this.start)) return false;
    this.label = this.#texts[label] ?? '';
    this.code = this.#texts[responseCode] ?? '';
    this.message = this.#texts[responseMessage] ?? '';
    this.success = this.#isSuccess();
    this.unknown = !this.success && isLost(this.code, this.message);
    this.received = this.#numbers[size] || 0;
    this.sent = this.#numbers[sentBytes] || 0;
    return true;
  }

  /** It has all the columns that it should. */
  get isWhole(): boolean {
    return this.#has(Math.min(this.#layout.width, mostColumns) - 1);
  }

  get latency(): number {
    return this.#number(this.#at.Latency);
  }

  get connect(): number {
    return this.#number(this.#at.Connect);
  }

  get idle(): number {
    return this.#number(this.#at.IdleTime);
  }

  get groupThreads(): number {
    return this.#number(this.#at.grpThreads);
  }

  get allThreads(): number {
    return this.#number(this.#at.allThreads);
  }

  get failure(): string {
    return this.#text(this.#at.failureMessage);
  }

  get thread(): string {
    return this.#text(this.#at.threadName);
  }

  get server(): string {
    return this.#text(this.#at[serverColumn]);
  }

  /** Undefined where the log does not tell. */
  get intended(): number | undefined {
    const column = this.#at[intendedColumn];
    return column < 0 ? undefined : this.#number(column) || undefined;
  }

  get url(): string {
    const url = this.#text(this.#at.URL);
    return url === 'null' ? '' : url;
  }

  get encoding(): string {
    return this.#text(this.#at.Encoding);
  }

  get type(): Sample['type'] {
    const type = this.#text(this.#at.dataType);
    return type === 'text' || type === 'bin' ? type : '';
  }

  /** `true` in any case of its letters, as Java reads it. */
  #isSuccess(): boolean {
    const { success } = this.#at;
    if (success < 0) return /^[23]\d\d$/.test(this.code);
    const start = this.#starts[success] ?? 0;
    return (this.#ends[success] ?? 0) - start === 4 && ((this.#bytes[start] ?? 0) | 32) === letterT;
  }

  /** False where the row ends before the last column that is needed. */
  #scan(from: number): boolean {
    let i = from;
    for (let column = 0; column < this.#kinds.length; column += 1) {
      if (i > this.#end) return false;
      this.#starts[column] = i;
      const kind = this.#kinds[column];
      if (kind === text) i = this.#scanText(column, i);
      else i = this.#skip(kind === number ? this.#scanNumber(column, i) : i);
      this.#ends[column] = i;
      i += 1;
    }
    this.#found = this.#kinds.length;
    this.#next = i;
    return true;
  }

  /** Returns where its digits end. */
  #scanNumber(column: number, from: number): number {
    const [bytes, end] = [this.#bytes, this.#end];
    let value = 0;
    let i = from;
    for (; i < end; i += 1) {
      const digit = (bytes[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isNumber = i > from && i - from <= mostDigits && (i === end || bytes[i] === this.#separator);
    this.#numbers[column] = isNumber ? value : Number.NaN;
    return i;
  }

  /** Returns where it ends. */
  #scanText(column: number, from: number): number {
    const [bytes, end, separator] = [this.#bytes, this.#end, this.#separator];
    let hash = 0;
    let i = from;
    for (; i < end; i += 1) {
      const byte = bytes[i] ?? 0;
      if (byte === separator) break;
      hash = hashed(hash, byte);
    }
    this.#texts[column] = this.#strings.of(hash, bytes, from, i);
    return i;
  }

  #skip(from: number): number {
    const [bytes, end, separator] = [this.#bytes, this.#end, this.#separator];
    let i = from;
    while (i < end && bytes[i] !== separator) i += 1;
    return i;
  }

  #has(column: number): boolean {
    if (column < 0 || column >= mostColumns) return false;
    while (this.#found <= column && this.#next <= this.#end) {
      this.#starts[this.#found] = this.#next;
      const end = this.#skip(this.#next);
      this.#ends[this.#found] = end;
      this.#found += 1;
      this.#next = end + 1;
    }
    return column < this.#found;
  }

  #text(column: number): string {
    return this.#has(column) ? this.#bytes.toString('utf8', this.#starts[column], this.#ends[column]) : '';
  }

  #number(column: number): number {
    const digits = this.#text(column);
    return /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
  }
}

const [skipped, number, text] = [0, 1, 2];
const letterT = 0x74;
const mostDigits = 15;

/** What accounts need of each row. */
const eager = [
  ...([
    ['timeStamp', number],
    ['elapsed', number],
    ['bytes', number],
    ['sentBytes', number],
  ] as const),
  ...([
    ['label', text],
    ['responseCode', text],
    ['responseMessage', text],
    ['success', skipped],
  ] as const),
] as const;

const read = [
  ...eager.map(([name]) => name),
  ...(['threadName', 'dataType', 'failureMessage', 'grpThreads', 'allThreads', 'URL'] as const),
  ...(['Latency', 'IdleTime', 'Connect', 'Encoding', serverColumn, intendedColumn] as const),
] as const;
type Column = (typeof read)[number];

/** JMeter's timestamp_format can be set to a date in local time: year first or, in old logs, `MM/dd/yy`. Else NaN. */
export function dateOf(given: string): number {
  const [, year, month, day, hour, minute, second, fraction = '0'] =
    /^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,3}))?$/.exec(given) ?? [];
  if (year !== undefined) {
    const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return new Date(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, '0'))).getTime();
  }
  const old = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)$/.exec(given);
  return old === null ? Number.NaN : dateOf(`20${old[3]}/${old[1]}/${old[2]} ${old[4]}`);
}
