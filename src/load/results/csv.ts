import type { Sample } from '../sample.ts';

/** The columns that JMeter 5.6 writes unless it is told otherwise. */
export const columns = [
  ...['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'threadName', 'dataType', 'success'],
  ...['failureMessage', 'bytes', 'sentBytes', 'grpThreads', 'allThreads', 'URL', 'Latency', 'IdleTime', 'Connect'],
] as const;

/** A column, and in XML an attribute, for the instance that answered: a variable that we give to plans which JMeter runs. */
export const serverColumn = 'relevoServer';

/** The same for the moment at which a request of an open model should have begun; milliseconds since 1970. */
export const intendedColumn = 'relevoIntended';

/** Columns that JMeter does not have. They are in a log where its run knows them. */
export type OwnColumn = typeof serverColumn | typeof intendedColumn;

/** JMeter reads a header only if all names that are not its own are in quotes, as it writes those of variables itself. */
export function headerWith(own: readonly OwnColumn[]): string {
  return `${[...columns, ...own.map((name) => `"${name}"`)].join(',')}\n`;
}

export const csvHeader = headerWith([]);

/** A sample as a line of JMeter's CSV log; sub-results are not in it. */
export function csvRow(sample: Sample): string {
  return `${fields(sample)}\n`;
}

export function rowWith(own: readonly OwnColumn[]): (sample: Sample) => string {
  if (own.length === 0) return csvRow;
  return (sample) => `${fields(sample)}${own.map((column) => `,${ownValue(sample, column)}`).join('')}\n`;
}

/** Where there is no URL, JMeter says so in Java's word. */
function fields(sample: Sample): string {
  const { label, code, message, thread, failure, url } = sample;
  const head = `${whole(sample.start)},${whole(sample.elapsed)},${quoted(label)},${quoted(code)},${quoted(message)}`;
  const who = `${quoted(thread)},${sample.type},${sample.success},${quoted(failure)},${sample.received},${sample.sent}`;
  const users = `${sample.groupThreads},${sample.allThreads},${url === '' ? 'null' : quoted(url)}`;
  return `${head},${who},${users},${whole(sample.latency)},${whole(sample.idle)},${whole(sample.connect)}`;
}

function ownValue({ server, intended }: Sample, column: OwnColumn): string {
  if (column === serverColumn) return quoted(server);
  return intended === undefined ? '' : String(whole(intended));
}

const whole = Math.round;
const special = /[",\r\n]/;

function quoted(text: string): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
