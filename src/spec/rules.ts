import type { Complaint } from './source.ts';
import { parseBytes, parseDuration, parseMode } from './units.ts';

/** What is wrong with one text of the file. Lines of other rooms' files are made of these texts, so none may break a line. */
export type Rule = (text: string) => Complaint | undefined;

const longestTimeout = 86_400;
const smallestMemory = 16 * 1024 ** 2;
const smallestDisk = 512 * 1024 ** 2;
const longestStart = 3600;

export function sourceComplaint(source: string): Complaint | undefined {
  if (source.trim() === '') return { message: 'the source is empty' };
  return hasControls(source) ? controls : undefined;
}

/** `bin/rails` and `./server`; not `node`, which is looked for where programs are. */
export function isRelativePath(program: string): boolean {
  return program.includes('/') && !program.startsWith('/');
}

export function modeComplaint(mode: string): Complaint | undefined {
  if (parseMode(mode) !== undefined) return undefined;
  return { message: `a mode has three or four octal digits, and not \`${mode}\``, hint: 'for example `"0644"`' };
}

export function stepComplaint(step: string): Complaint | undefined {
  if (step.trim() === '') return { message: 'the step is empty' };
  return step.includes('\0') ? controls : undefined;
}

export const memoryComplaint = amountComplaint('memory', '256MiB', smallestMemory, '16MiB');
export const diskComplaint = amountComplaint('disk', '2GiB', smallestDisk, '512MiB');

function amountComplaint(what: string, example: string, least: number, leastText: string): Rule {
  return (amount) => {
    const bytes = parseBytes(amount);
    if (bytes === undefined) {
      const message = `\`${amount}\` is no amount of ${what}: a whole number and a unit`;
      return { message, hint: likelyUnit(amount) ?? `for example \`${example}\` or \`1GiB\`` };
    }
    if (bytes >= least) return undefined;
    return { message: `\`${amount}\` is too little ${what} for an instance`, hint: `give it ${leastText} at least` };
  };
}

/** `512m` and `1g`, as Compose and Docker allow. */
function likelyUnit(memory: string): string | undefined {
  const match = /^(\d+) ?([kmgt])b?i?$/i.exec(memory);
  if (match === null) return undefined;
  const unit = { k: 'KiB', m: 'MiB', g: 'GiB', t: 'TiB' }[(match[2] ?? '').toLowerCase()];
  return `did you mean \`${match[1]}${unit}\`?`;
}

export function durationComplaint(duration: string): Complaint | undefined {
  const seconds = parseDuration(duration);
  if (seconds === undefined)
    return { message: `\`${duration}\` is no duration`, hint: 'for example `30s`, `2m` or `1m30s`' };
  if (seconds >= 1 && seconds <= longestStart) return undefined;
  return { message: `expected a duration from 1s to 1h, got \`${duration}\`` };
}

export function timeoutComplaint(duration: string): Complaint | undefined {
  const seconds = parseDuration(duration);
  if (seconds === undefined)
    return { message: `\`${duration}\` is no duration`, hint: 'for example `250ms`, `2s` or `1m30s`' };
  if (seconds >= 0.001 && seconds <= longestTimeout) return undefined;
  return { message: `expected a duration from 1ms to 24h, got \`${duration}\`` };
}

export const pathPattern = "^/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*$";

export function healthPathComplaint(path: string): Complaint | undefined {
  return urlPathComplaint(path, pathPattern);
}

export const prefixPattern = "^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$";

export function prefixComplaint(path: string): Complaint | undefined {
  return urlPathComplaint(path, prefixPattern) ?? patternComplaint(path);
}

/** What other programs take for a pattern would be taken as it stands, and match nothing. */
function patternComplaint(path: string): Complaint | undefined {
  const segments = path.split('/').slice(1);
  const odd = segments.findIndex((segment) => /^(:.+|\*+|\.\*|\(\.\*\))$/.test(segment));
  const write = (count: number) => `write \`/${segments.slice(0, count).join('/')}\``;
  if (odd >= 0)
    return {
      message: `a path is no pattern: \`${segments[odd]}\` would be taken as it stands`,
      hint: `${write(odd)}, which is that path and all below it`,
    };
  const dots = segments.findIndex((segment) => segment === '.' || segment === '..');
  if (dots < 0) return undefined;
  return { message: `no browser asks for a path with \`${segments[dots]}\` in it`, hint: write(dots) };
}

function urlPathComplaint(path: string, pattern: string): Complaint | undefined {
  if (!path.startsWith('/'))
    return { message: 'a path begins with `/`', hint: `for example \`/${path.replace(/^https?:\/\/[^/]*\/?/, '')}\`` };
  const allowed = new RegExp(pattern);
  const bad = [...path].find((character) => !allowed.test(`/${character}`));
  if (bad === undefined) return undefined;
  return {
    message: `a path of a URL has no ${/\s/.test(bad) ? 'space' : `\`${bad}\``} here`,
    hint: 'percent-encode it, as the browser sends it',
  };
}

export const hostPattern = '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$';

export function hostComplaint(host: string): Complaint | undefined {
  if (new RegExp(hostPattern).test(host) && host.length <= 253) return undefined;
  return {
    message: `\`${host}\` is no host name`,
    hint: /[^\0-\x7f]/.test(host)
      ? 'write it as browsers send it, such as `xn--espaa-rta.example` for `españa.example`'
      : 'the name alone, without scheme, port or path, such as `www.example.org`',
  };
}

export const routeHostPattern = hostPattern.replace('^', '^(\\*\\.)?');

/** `*.example.org` too, and in no other place a star. */
export function routeHostComplaint(host: string): Complaint | undefined {
  const complaint = hostComplaint(host.replace(/^\*\./, ''));
  if (complaint === undefined || !host.includes('*')) return complaint && hostComplaint(host);
  const hint = host === '*' ? 'a route without `host` is for all hosts' : 'for example `*.example.org`';
  return { message: `\`${host}\`: a star stands for the whole first part of a name, before a dot`, hint };
}

const controls: Complaint = { message: 'the text has control characters in it' };

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
