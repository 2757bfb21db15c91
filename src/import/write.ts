import { stringify } from 'yaml';
import type { Entry } from './entry.ts';

export interface ServiceText {
  readonly name: string;
  /** Lines without their `#`. */
  readonly comments: readonly string[];
  readonly entries: readonly Entry[];
}

export interface FileText {
  readonly header: readonly string[];
  readonly name: string;
  readonly machines: readonly string[];
  readonly services: readonly ServiceText[];
  readonly publish: number;
}

/** Keys whose maps and lists have a line for each item. */
const long = new Set(['environment', 'secrets', 'files', 'run']);

/** relevo.yaml as somebody would write it. */
export function written({ header, name, machines, services, publish }: FileText): string {
  const lines = [
    ...header.map(comment),
    'version: 1',
    `name: ${name}`,
    '',
    'machines:',
    `  hosts: [${machines.join(', ')}] # \`provider: local\`: made on this host; hosts of your own: docs/ssh.md`,
    '',
    'services:',
    ...services.flatMap((service, index) => [...(index > 0 ? [''] : []), ...serviceLines(service)]),
    '',
    'balancer:',
    `  publish: ${publish}`,
  ];
  return `${lines.join('\n')}\n`;
}

function serviceLines({ name, comments, entries }: ServiceText): string[] {
  const inside = [...comments.map(comment), ...entries.flatMap(entryLines)];
  return [`  ${name}:`, ...inside.map((line) => `    ${line}`)];
}

function entryLines({ key, value, comment: words }: Entry): string[] {
  const behind = words === undefined ? '' : ` # ${plain(words)}`;
  if (value === undefined) return [`${key}:${behind}`];
  if (!long.has(key)) return [`${key}: ${flow(value)}${behind}`];
  const items = Array.isArray(value)
    ? value.map((each) => `  - ${flow(each)}`)
    : Object.entries(value as object).map(([name, each]) => `  ${scalar(name)}: ${flow(each)}`);
  return [`${key}:${behind}`, ...items];
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const pairs = Object.entries(value).map(([key, each]) => `${scalar(key)}: ${flow(each)}`);
  return `{ ${pairs.join(', ')} }`;
}

/** Quoted as a list's brackets and commas want it. */
function scalar(value: unknown): string {
  const oneLine = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
  const options = { collectionStyle: 'flow', flowCollectionPadding: false, ...oneLine } as const;
  return stringify([value], options).trimEnd().slice(1, -1);
}

function comment(text: string): string {
  return text === '' ? '#' : `# ${plain(text)}`;
}

/** In one line, whatever the Compose file had in it. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
