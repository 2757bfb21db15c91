import type { Sample } from '../sample.ts';
import { layoutOf } from './jtl-columns.ts';
import { JtlRow } from './jtl-row.ts';

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
/** Stands between fields whose quotes were taken away; it is no byte of UTF-8. */
const mark = 0xff;

/** Instead of a place: the row's end is not here yet; there is none. */
const [unfinished, malformed] = [-1, -2];

/**
 * Reads a CSV log piece by piece, on its bytes: a string is made only of what is asked for. A row with a quote in it is copied
 * without its quotes first.
 */
export class CsvReader {
  readonly #onRow: (sample: Sample) => void;
  readonly #file: string;
  #row: JtlRow | undefined;
  #separator = 0;
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
    const before = this.#unreadable;
    if (this.#rest.length > 0) this.#consume(Buffer.concat([this.#rest, Buffer.from('\n')]), true);
    const truncated = this.#unreadable > before;
    if (truncated) this.#unreadable -= 1;
    return { rows: this.#rows, unreadable: this.#unreadable, truncated };
  }

  #consume(bytes: Buffer, isLast: boolean): void {
    const row = this.#row ?? this.#begin(bytes);
    let at = row === undefined || this.#row !== undefined ? 0 : this.#afterHeader(bytes);
    this.#row = row;
    let nextQuote = -1;
    while (row !== undefined && at < bytes.length) {
      const end = bytes.indexOf(newline, at);
      if (nextQuote < at && nextQuote !== bytes.length) nextQuote = placeOf(quote, bytes, at);
      let next = unfinished;
      if (nextQuote < (end === -1 ? bytes.length : end)) next = this.#quoted(row, bytes, at, isLast);
      else if (end !== -1) next = this.#plain(row, bytes, at, end, isLast);
      if (next === unfinished && !isLast && bytes.length - at < longestRow) break;
      at = next < 0 ? this.#skip(bytes, at) : next;
    }
    // A copy, lest a few bytes keep the whole piece.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0);
  }

  /** Undefined where the first line has not come to its end. */
  #begin(bytes: Buffer): JtlRow | undefined {
    const end = bytes.indexOf(newline);
    if (end === -1 && bytes.length < longestRow) return undefined;
    const first = bytes.toString('utf8', 0, end === -1 ? 200 : end).replace(/^\ufeff/, '');
    const layout = layoutOf(first, this.#file);
    this.#separator = layout.separator;
    this.#header = layout.headless ? '' : first.trimEnd();
    return new JtlRow(layout);
  }

  /** Where the first sample begins. */
  #afterHeader(bytes: Buffer): number {
    if (this.#header === '') return bytes[0] === 0xef ? 3 : 0; // a byte order mark
    return bytes.indexOf(newline) + 1;
  }

  #plain(row: JtlRow, bytes: Buffer, from: number, end: number, isLast: boolean): number {
    const ended = end > from && bytes[end - 1] === carriage ? end - 1 : end;
    this.#tell(row.read(bytes, from, ended, this.#separator), row, isLast && end === bytes.length - 1, () =>
      bytes.toString('utf8', from, Math.min(ended, from + 4096)),
    );
    return end + 1;
  }

  /** The same for a row with quotes: its fields are copied without them. Returns where the next one begins. */
  #quoted(row: JtlRow, bytes: Buffer, from: number, isLast: boolean): number {
    const limit = Math.min(bytes.length, from + longestRow);
    if (this.#scratch.length < limit - from) this.#scratch = Buffer.allocUnsafe(limit - from);
    const to = this.#scratch;
    let [i, at] = [from, 0];
    for (;;) {
      if (bytes[i] === quote) {
        for (i += 1; i < limit; i += 1) {
          if (bytes[i] === quote && bytes[++i] !== quote) break;
          to[at++] = unmarked(bytes[i]);
        }
      } else {
        while (i < limit && bytes[i] !== this.#separator && bytes[i] !== newline) to[at++] = unmarked(bytes[i++]);
        if (bytes[i] === newline && at > 0 && to[at - 1] === carriage) at -= 1;
      }
      if (bytes[i] === carriage && (i + 1 >= limit || bytes[i + 1] === newline)) i += 1;
      if (i >= limit) return unfinished;
      if (bytes[i] === newline) break;
      if (bytes[i] !== this.#separator) return malformed;
      to[at++] = mark;
      i += 1;
    }
    this.#tell(row.read(to, 0, at, mark), row, isLast && i === bytes.length - 1, () => to.toString('utf8', 0, at));
    return i + 1;
  }

  /** `isCut`: the log ends here, without a line's end. */
  #tell(isSample: boolean, row: JtlRow, isCut: boolean, line: () => string): void {
    if (isSample && (!isCut || row.isWhole)) {
      this.#rows += 1;
      this.#onRow(row);
    } else if (!this.#isNothing(line())) this.#unreadable += 1;
  }

  /** An empty line, or the header again, where logs were put together. */
  #isNothing(line: string): boolean {
    const text = line.trim();
    return text === '' || text === this.#header;
  }

  /** Past a line that makes no sense. */
  #skip(bytes: Buffer, from: number): number {
    this.#unreadable += 1;
    return placeOf(newline, bytes, from) + 1;
  }
}

/** The length where there is none. */
function placeOf(byte: number, bytes: Buffer, from: number): number {
  const place = bytes.indexOf(byte, from);
  return place === -1 ? bytes.length : place;
}

function unmarked(byte = 0): number {
  return byte === mark ? 0x3f : byte;
}
