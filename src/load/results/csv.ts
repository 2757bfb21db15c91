import type { Sample } from '../sample.ts';

/** The columns that JMeter 5.6 writes unless it is told otherwise. */
export const columns = [
  ...['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'threadName', 'dataType', 'success'],
  ...['failureMessage', 'bytes', 'sentBytes', 'grpThreads', 'allThreads', 'URL', 'Latency', 'IdleTime', 'Connect'],
] as const;

/** A column, and in XML an attribute, for the instance that answered: a variable that we give to plans which JMeter runs. */
export const serverColumn = 'relevoServer';

export const csvHeader = `${columns.join(',')}\n`;

/** A sample as a line of JMeter's CSV log; sub-results are not in it. Where there is no URL, JMeter says so in Java's word. */
export function csvRow(sample: Sample): string {
  const { label, code, message, thread, failure, url } = sample;
  const head = `${whole(sample.start)},${whole(sample.elapsed)},${quoted(label)},${quoted(code)},${quoted(message)}`;
  const who = `${quoted(thread)},${sample.type},${sample.success},${quoted(failure)},${sample.received},${sample.sent}`;
  const users = `${sample.groupThreads},${sample.allThreads},${url === '' ? 'null' : quoted(url)}`;
  return `${head},${who},${users},${whole(sample.latency)},${whole(sample.idle)},${whole(sample.connect)}\n`;
}

const whole = Math.round;
const special = /[",\r\n]/;

function quoted(text: string): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
