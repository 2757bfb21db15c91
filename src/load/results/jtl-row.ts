import type { AssertionResult, Sample } from '../sample.ts';
import { ByteStrings } from './byte-strings.ts';
import type { Layout } from './jtl-columns.ts';
import { isLost } from './lost.ts';

/** Where each column of a row begins and ends in its bytes. */
export class Fields {
  bytes: Buffer = Buffer.alloc(0);
  readonly starts = new Int32Array(most + 1);
  readonly ends = new Int32Array(most + 1);
  count = 0;
}

/** More columns than that are not looked at. */
export const most = 128;

/**
 * A row of a CSV log as a sample: one object for all rows, so whoever wants to keep something copies it. What accounts do not
 * need is read from the bytes when it is asked for.
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
  readonly server = '';
  readonly assertions: AssertionResult[] = [];
  readonly children: Sample[] = [];
  readonly response = undefined;
  readonly #fields: Fields;
  readonly #strings = new ByteStrings();
  readonly #at: Readonly<Record<Column, number>>;
  readonly #width: number;

  constructor(fields: Fields, { at, width }: Layout) {
    this.#fields = fields;
    this.#width = Math.min(width, most);
    this.#at = Object.fromEntries(read.map((name) => [name, at.get(name) ?? -1])) as Record<Column, number>;
  }

  /** Takes what the fields hold now; false where they are no sample. */
  read(): boolean {
    const at = this.#at;
    if (this.#fields.count < this.#width) return false;
    this.elapsed = this.#number(at.elapsed, Number.NaN);
    this.start = this.#number(at.timeStamp, Number.NaN);
    if (Number.isNaN(this.start)) this.start = dateOf(this.#text(at.timeStamp));
    if (Number.isNaN(this.elapsed) || Number.isNaN(this.start)) return false;
    this.label = this.#known(at.label);
    this.code = this.#known(at.responseCode);
    this.message = this.#known(at.responseMessage);
    this.success = this.#isSuccess();
    this.unknown = !this.success && isLost(this.code);
    this.received = this.#number(at.bytes, 0);
    this.sent = this.#number(at.sentBytes, 0);
    return true;
  }

  get latency(): number {
    return this.#number(this.#at.Latency, 0);
  }

  get connect(): number {
    return this.#number(this.#at.Connect, 0);
  }

  get idle(): number {
    return this.#number(this.#at.IdleTime, 0);
  }

  get groupThreads(): number {
    return this.#number(this.#at.grpThreads, 0);
  }

  get allThreads(): number {
    return this.#number(this.#at.allThreads, 0);
  }

  get failure(): string {
    return this.#known(this.#at.failureMessage);
  }

  get thread(): string {
    return this.#text(this.#at.threadName);
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

  #isSuccess(): boolean {
    const { bytes, starts, ends, count } = this.#fields;
    const { success } = this.#at;
    if (success < 0) return /^[23]\d\d$/.test(this.code);
    const start = starts[success] ?? 0;
    // `true` in any case of its letters, as Java reads it
    return success < count && (ends[success] ?? 0) - start === 4 && ((bytes[start] ?? 0) | 32) === 116;
  }

  /** Of digits only, or the default. */
  #number(column: number, otherwise: number): number {
    const { bytes, starts, ends, count } = this.#fields;
    if (column < 0 || column >= count) return otherwise;
    const end = ends[column] ?? 0;
    const start = starts[column] ?? 0;
    if (start === end || end - start > 15) return otherwise;
    let value = 0;
    for (let i = start; i < end; i += 1) {
      const digit = (bytes[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) return otherwise;
      value = value * 10 + digit;
    }
    return value;
  }

  /** What comes again and again is made a string once. */
  #known(column: number): string {
    const { bytes, starts, ends, count } = this.#fields;
    if (column < 0 || column >= count) return '';
    return this.#strings.of(bytes, starts[column] ?? 0, ends[column] ?? 0);
  }

  #text(column: number): string {
    const { bytes, starts, ends, count } = this.#fields;
    return column < 0 || column >= count ? '' : bytes.toString('utf8', starts[column], ends[column]);
  }
}

const read = [
  ...(['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'threadName', 'dataType'] as const),
  ...(['success', 'failureMessage', 'bytes', 'sentBytes', 'grpThreads', 'allThreads', 'URL'] as const),
  ...(['Latency', 'IdleTime', 'Connect', 'Encoding'] as const),
] as const;
type Column = (typeof read)[number];

/** JMeter's timestamp_format can be set to a date in local time: year first or, in old logs, `MM/dd/yy`. Else NaN. */
export function dateOf(text: string): number {
  const [, year, month, day, hour, minute, second, fraction = '0'] =
    /^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,3}))?$/.exec(text) ?? [];
  if (year !== undefined) {
    const milliseconds = Number(fraction.padEnd(3, '0'));
    return new Date(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      milliseconds,
    ).getTime();
  }
  const old = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  return old === null ? Number.NaN : dateOf(`20${old[3]}/${old[1]}/${old[2]} ${old[4]}`);
}
