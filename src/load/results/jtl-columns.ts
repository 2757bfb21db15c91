import { RelevoError } from '../../domain/failure.ts';
import { columns } from './csv.ts';

/** Where what stands in each row of a CSV log. */
export interface Layout {
  /** One byte. */
  readonly separator: number;
  /** By JMeter's name of the column. */
  readonly at: ReadonlyMap<string, number>;
  /** So many columns; a row with fewer was cut off. */
  readonly width: number;
  /** The first line is a sample already. */
  readonly headless: boolean;
}

/** More columns than that are not looked at. */
export const mostColumns = 128;

const known = new Set<string>([...columns, ...['Filename', 'Encoding', 'SampleCount', 'ErrorCount', 'Hostname']]);

/** What logs without a header have in their rows: JMeter's own defaults, by their number. */
const headless: readonly (readonly string[])[] = [
  columns, // 5.x with print_field_names=false
  columns.filter((name) => name !== 'URL'), // 3.x and 4.x
  [
    ...['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'threadName', 'dataType', 'success'],
    ...['bytes', 'grpThreads', 'allThreads', 'Latency'], // 2.x with thread counts
  ],
  [
    ...['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'threadName', 'dataType', 'success'],
    ...['bytes', 'Latency'], // 2.13
  ],
];

/** What a log's first line tells; throws where it is no line of JMeter's. */
export function layoutOf(first: string, file: string): Layout {
  const separators = new Set([',', '\t', ';', '|', /^"?\w+"?([^\w"])/.exec(first)?.[1] ?? ',']);
  for (const separator of separators) {
    const names = fieldsOf(first, separator);
    if (names.filter((name) => known.has(name)).length >= 2) return withHeader(names, separator, file);
  }
  for (const separator of separators) {
    const fields = fieldsOf(first, separator);
    const names = headless.find(({ length }) => length === fields.length);
    if (names !== undefined && /^\d+$/.test(fields[1] ?? '')) return layout(names, separator, true);
  }
  throw unknown(file, `its first line is ${first.trim() === '' ? 'empty' : `\`${shown(first)}\``}`);
}

function withHeader(names: readonly string[], separator: string, file: string): Layout {
  for (const needed of ['timeStamp', 'elapsed'])
    if (!names.includes(needed)) throw unknown(file, `it has no column ${needed}`);
  return layout(names, separator, false);
}

function layout(names: readonly string[], separator: string, isHeadless: boolean): Layout {
  const at = new Map(names.map((name, index) => [name, index] as const).reverse()); // of two, the first
  return { separator: separator.charCodeAt(0), at, width: names.length, headless: isHeadless };
}

/** Good enough for a first line: quotes around names of variables, and around a label with the separator in it. */
function fieldsOf(line: string, separator: string): string[] {
  const fields: string[] = [];
  let quoted = false;
  let field = '';
  for (const each of line) {
    if (each === '"') quoted = !quoted;
    else if (each === separator && !quoted) {
      fields.push(field);
      field = '';
    } else field += each;
  }
  return [...fields, field.trimEnd()];
}

function shown(line: string): string {
  const short = line.trim().replace(/\p{Cc}/gu, ' ');
  return short.length > 60 ? `${short.slice(0, 60)}…` : short;
}

function unknown(file: string, why: string): RelevoError {
  return new RelevoError({
    code: 'invalid-file',
    message: `${file} is no log of JMeter's: ${why}`,
    hint: 'give a .jtl or .csv with at least the columns timeStamp and elapsed, or an XML log',
  });
}
