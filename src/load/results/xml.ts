import type { AssertionResult, Sample } from '../sample.ts';
import { intendedColumn, serverColumn } from './csv.ts';
import { asAttribute, asText } from './escape.ts';

/** JMeter's XML log, as 5.6 writes it unless it is told otherwise; results of assertions that held are not in it. */
export const xmlHeader = '<?xml version="1.0" encoding="UTF-8"?>\n<testResults version="1.2">\n';
export const xmlFooter = '</testResults>\n';

/** A sample with its sub-results. */
export function xmlRow(sample: Sample): string {
  return element(sample, '');
}

function element(sample: Sample, indent: string): string {
  const tag = sample.url === '' ? 'sample' : 'httpSample';
  const inner = `${indent}  `;
  const content = [
    ...sample.assertions.map((each) => assertion(each, inner)),
    ...sample.children.map((child) => element(child, inner)),
    ...(sample.url === '' ? [] : [`${inner}<java.net.URL>${asText(sample.url)}</java.net.URL>\n`]),
  ].join('');
  const start = `${indent}<${tag} ${attributes(sample)}`;
  return content === '' ? `${start}/>\n` : `${start}>\n${content}${indent}</${tag}>\n`;
}

function attributes(sample: Sample): string {
  const times = `t="${whole(sample.elapsed)}" it="${whole(sample.idle)}" lt="${whole(sample.latency)}" ct="${whole(sample.connect)}"`;
  const what = `ts="${whole(sample.start)}" s="${sample.success}" lb="${asAttribute(sample.label)}"`;
  const answer = `rc="${asAttribute(sample.code)}" rm="${asAttribute(sample.message)}" tn="${asAttribute(sample.thread)}"`;
  const size = `dt="${sample.type}" by="${sample.received}" sby="${sample.sent}"`;
  return `${times} ${what} ${answer} ${size} ng="${sample.groupThreads}" na="${sample.allThreads}"${own(sample)}`;
}

/** What JMeter does not have, where it is known. */
function own({ server, intended }: Sample): string {
  const who = server === '' ? '' : ` ${serverColumn}="${asAttribute(server)}"`;
  return intended === undefined ? who : `${who} ${intendedColumn}="${whole(intended)}"`;
}

function assertion({ name, failure, error, message }: AssertionResult, indent: string): string {
  const parts = [`<name>${asText(name)}</name>`, `<failure>${failure}</failure>`, `<error>${error}</error>`];
  if (message !== '') parts.push(`<failureMessage>${asText(message)}</failureMessage>`);
  const lines = parts.map((part) => `${indent}  ${part}\n`).join('');
  return `${indent}<assertionResult>\n${lines}${indent}</assertionResult>\n`;
}

const whole = Math.round;
