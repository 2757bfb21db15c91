import { RelevoError } from '../../../domain/failure.ts';

/** The rows of a file, each read when it is asked for. */
export interface CsvRows {
  readonly count: number;
  /** Undefined where it can't be read: JMeter takes that for the end of the file. */
  row(index: number): readonly string[] | undefined;
  /** The first line, as names. */
  readonly header: readonly string[];
}

export interface CsvForm {
  /** As JMeter takes it: one character where data may be quoted. */
  readonly delimiter: string;
  readonly quoted: boolean;
  /** The first line holds no data. */
  readonly skipsFirst: boolean;
}

/** The text of a file in an encoding by its name; blank: UTF-8. A byte order mark is taken away. */
export function decode(file: Buffer, encoding: string, path: string): string {
  try {
    return new TextDecoder(encoding.trim() || 'utf-8').decode(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RelevoError({
      code: 'invalid-file',
      message: `The encoding "${encoding}" of ${path} is not known`,
      hint: 'UTF-8, ISO-8859-1, windows-1252, UTF-16LE and the like are',
    });
  }
}

/** Only the places of the rows are kept beside the text. */
export function csvRows(text: string, form: CsvForm): CsvRows {
  const starts = form.quoted ? quotedStarts(text) : lineStarts(text);
  const first = form.skipsFirst ? 1 : 0;
  const lineAt = (index: number) => lineOf(text, starts[index] ?? text.length, starts[index + 1] ?? text.length);
  return {
    count: Math.max(0, starts.length - first),
    row: (index) => {
      const line = lineAt(index + first);
      if (form.quoted) return parseQuoted(line, form.delimiter.charAt(0));
      return line === '' ? undefined : line.split(form.delimiter);
    },
    get header() {
      const end = lineStarts(text)[1];
      return parseQuoted(lineOf(text, 0, end ?? text.length), form.delimiter.charAt(0)) ?? [];
    },
  };
}

function lineOf(text: string, from: number, to: number): string {
  let end = to;
  if (end > from && text[end - 1] === '\n') end -= 1;
  if (end > from && text[end - 1] === '\r') end -= 1;
  return text.slice(from, end);
}

function lineStarts(text: string): Uint32Array {
  const starts = new Starts();
  const end = /\r\n|\n|\r/g;
  for (let from = 0; from < text.length; ) {
    starts.add(from);
    end.lastIndex = from;
    from = end.test(text) ? end.lastIndex : text.length;
  }
  return starts.all();
}

/** Lines inside quotes belong together. */
function quotedStarts(text: string): Uint32Array {
  const starts = new Starts();
  const sign = /"|\r\n|\n|\r/g;
  let inside = false;
  if (text !== '') starts.add(0);
  for (let found = sign.exec(text); found; found = sign.exec(text)) {
    if (found[0] === '"') inside = !inside;
    else if (!inside && sign.lastIndex < text.length) starts.add(sign.lastIndex);
  }
  return starts.all();
}

class Starts {
  #places = new Uint32Array(1024);
  #count = 0;

  add(place: number): void {
    if (this.#count === this.#places.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.#count] = place;
    this.#count += 1;
  }

  all(): Uint32Array {
    return this.#places.slice(0, this.#count);
  }
}

/** JMeter's own reader: a quote inside a plain field, or after a quoted one, is an error; there `undefined`. */
export function parseQuoted(line: string, delimiter: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const field = line[at] === '"' ? quotedField(line, at + 1) : plainField(line, at, delimiter);
    if (!field || (field.end < line.length && line[field.end] !== delimiter)) return undefined;
    fields.push(field.text);
    at = field.end + 1;
  }
  return fields;
}

interface Field {
  readonly text: string;
  /** Where the delimiter after it is. */
  readonly end: number;
}

function plainField(line: string, from: number, delimiter: string): Field | undefined {
  const found = line.indexOf(delimiter, from);
  const end = found < 0 ? line.length : found;
  const text = line.slice(from, end);
  return text.includes('"') ? undefined : { text, end };
}

function quotedField(line: string, from: number): Field | undefined {
  let text = '';
  for (let at = from; ; ) {
    const quote = line.indexOf('"', at);
    if (quote < 0) return undefined;
    text += line.slice(at, quote);
    if (line[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    at = quote + 2;
  }
}
