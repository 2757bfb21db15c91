import type { Sample } from '../sample.ts';
import { type Layout, layoutOf } from './jtl-columns.ts';
import { Fields, JtlRow, most } from './jtl-row.ts';

/** What was read of a log. */
export interface Read {
  /** Samples; those inside others not counted. */
  readonly rows: number;
  /** Lines that are no samples. */
  readonly unreadable: number;
  /** It ends in the midst of a sample. */
  readonly truncated: boolean;
}

/** A row that is longer than that is none: a quote was opened and never closed. */
const longestRow = 1 << 20;

const [quote, newline, carriage] = [0x22, 0x0a, 0x0d];

/**
 * Reads a CSV log piece by piece, on its bytes: a string is made only of what is asked for. A row in which a field begins with a
 * quote is copied without its quotes first.
 */
export class CsvReader {
  readonly #onRow: (sample: Sample) => void;
  readonly #file: string;
  readonly #fields = new Fields();
  #layout: Layout | undefined;
  #row: JtlRow | undefined;
  #header = '';
  #rest: Buffer = Buffer.alloc(0);
  #scratch: Buffer = Buffer.alloc(0);
  #rows = 0;
  #unreadable = 0;

  constructor(file: string, onRow: (sample: Sample) => void) {
    this.#file = file;
    this.#onRow = onRow;
  }

  push(piece: Buffer): void {
    this.#consume(this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]), false);
  }

  end(): Read {
    const { length } = this.#rest;
    if (length === 0) return this.#read(false);
    const before = this.#unreadable;
    this.#consume(Buffer.concat([this.#rest, Buffer.from('\n')]), true);
    const truncated = this.#unreadable > before;
    if (truncated) this.#unreadable -= 1;
    return this.#read(truncated);
  }

  #read(truncated: boolean): Read {
    return { rows: this.#rows, unreadable: this.#unreadable, truncated };
  }

  #consume(bytes: Buffer, isLast: boolean): void {
    let at = 0;
    if (this.#layout === undefined) {
      const end = bytes.indexOf(newline);
      if (end === -1 && bytes.length < longestRow) {
        this.#rest = bytes;
        return;
      }
      at = this.#begin(bytes.toString('utf8', 0, end === -1 ? 200 : end).replace(/^\ufeff/, ''), end + 1, bytes);
    }
    while (at < bytes.length) {
      const next = this.#next(bytes, at);
      if (next === unfinished && !isLast && bytes.length - at < longestRow) break;
      at = next < 0 ? this.#skip(bytes, at) : next;
    }
    // A copy, lest a few bytes keep the whole piece.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0);
  }

  /** Returns where the first sample begins. */
  #begin(first: string, afterFirst: number, bytes: Buffer): number {
    const layout = layoutOf(first, this.#file);
    this.#layout = layout;
    this.#header = first.trimEnd();
    this.#row = new JtlRow(this.#fields, layout);
    const mark = bytes[0] === 0xef ? 3 : 0;
    return layout.headless ? mark : afterFirst;
  }

  /** Reads one row; returns where the next one begins. */
  #next(bytes: Buffer, from: number): number {
    const { starts, ends } = this.#fields;
    const separator = this.#layout?.separator;
    let column = 0;
    let start = from;
    for (let i = from; i < bytes.length; i += 1) {
      const byte = bytes[i];
      if (byte === separator) {
        starts[column] = start;
        ends[column] = i;
        if (column < most) column += 1;
        start = i + 1;
      } else if (byte === newline) {
        starts[column] = start;
        ends[column] = i > start && bytes[i - 1] === carriage ? i - 1 : i;
        return this.#take(bytes, column + 1, bytes, from, i);
      } else if (byte === quote && i === start) {
        return this.#nextQuoted(bytes, from);
      }
    }
    return unfinished;
  }

  /** The same for a row with quotes: its fields are copied without them. */
  #nextQuoted(bytes: Buffer, from: number): number {
    const { starts, ends } = this.#fields;
    const separator = this.#layout?.separator;
    const room = Math.min(bytes.length - from, longestRow);
    if (this.#scratch.length < room) this.#scratch = Buffer.allocUnsafe(room);
    const to = this.#scratch;
    const limit = from + room;
    let [i, at, column] = [from, 0, 0];
    for (;;) {
      starts[column] = at;
      if (bytes[i] === quote) {
        for (i += 1; ; i += 1) {
          if (i >= limit) return unfinished;
          if (bytes[i] !== quote) to[at++] = bytes[i] ?? 0;
          else if (bytes[i + 1] === quote) to[at++] = bytes[++i] ?? 0;
          else break;
        }
        i += 1;
      } else {
        while (i < limit && bytes[i] !== separator && bytes[i] !== newline) to[at++] = bytes[i++] ?? 0;
        if (bytes[i] === newline && at > (starts[column] ?? 0) && to[at - 1] === carriage) at -= 1;
      }
      if (bytes[i] === carriage && bytes[i + 1] === newline) i += 1;
      if (i >= limit || (bytes[i] === carriage && i + 1 >= limit)) return unfinished;
      ends[column] = at;
      if (bytes[i] === newline) return this.#take(to, column + 1, bytes, from, i);
      if (bytes[i] !== separator) return malformed;
      i += 1;
      if (column < most) column += 1;
    }
  }

  #take(fields: Buffer, count: number, bytes: Buffer, from: number, end: number): number {
    this.#fields.bytes = fields;
    this.#fields.count = count;
    if (this.#row?.read()) {
      this.#rows += 1;
      this.#onRow(this.#row);
    } else if (!this.#isNothing(bytes.toString('utf8', from, Math.min(end, from + longestHeader)))) {
      this.#unreadable += 1;
    }
    return end + 1;
  }

  /** An empty line, or the header again, where logs were put together. */
  #isNothing(line: string): boolean {
    const text = line.trim();
    return text === '' || text === this.#header;
  }

  /** Past a line that makes no sense. */
  #skip(bytes: Buffer, from: number): number {
    this.#unreadable += 1;
    const end = bytes.indexOf(newline, from);
    return end === -1 ? bytes.length : end + 1;
  }
}

/** Instead of a place: the row's end is not here yet; there is none. */
const [unfinished, malformed] = [-1, -2];
const longestHeader = 4096;
