import { partsOf, placeholderForms } from '../domain/placeholder.ts';
import { didYouMean } from './nearest.ts';
import { pathPattern, sourceComplaint } from './rules.ts';
import type { Complaint } from './source.ts';
import { parseThreshold } from './threshold.ts';
import { parseDuration, parseRate } from './units.ts';

/** Rules for texts under `load:`. */

const longest = 7 * 24 * 3600;
const mostPerSecond = 1_000_000;

export function durationComplaint(text: string): Complaint | undefined {
  return secondsComplaint(text, 1);
}

export function rampUpComplaint(text: string): Complaint | undefined {
  return secondsComplaint(text, 0);
}

/** JMeter's thread groups count whole seconds. */
function secondsComplaint(text: string, least: number): Complaint | undefined {
  const complaint = lengthComplaint(text, least, '`10s`, `2m` or `1m30s`');
  if (complaint !== undefined || Number.isInteger(parseDuration(text))) return complaint;
  return { message: `expected whole seconds, got \`${text}\``, hint: 'a plan of JMeter’s knows no smaller ones here' };
}

export function paceComplaint(text: string): Complaint | undefined {
  return lengthComplaint(text, 0, '`500ms`, `2s` or `1m30s`');
}

function lengthComplaint(text: string, least: number, examples: string): Complaint | undefined {
  const seconds = parseDuration(text);
  if (seconds === undefined) return { message: `\`${text}\` is no duration`, hint: `for example ${examples}` };
  return seconds >= least && seconds <= longest
    ? undefined
    : { message: `expected a duration from ${least}s to 7 days, got \`${text}\`` };
}

export function rateComplaint(text: string): Complaint | undefined {
  const rate = parseRate(text);
  const hint = 'for example `200/s` or `12000/min`';
  if (rate === undefined) return { message: `\`${text}\` is no rate`, hint };
  return rate > 0 && rate <= mostPerSecond
    ? undefined
    : { message: `expected a rate above 0 and up to ${mostPerSecond}/s, got \`${text}\`` };
}

export function planFileComplaint(path: string): Complaint | undefined {
  if (/\.jmx$/.test(path)) return sourceComplaint(path);
  return { message: `\`${path}\` is no JMeter plan`, hint: 'its name ends in `.jmx`' };
}

/** As it stands in `-Jname=value`. */
export function propertyNameComplaint(name: string): Complaint | undefined {
  if (/^[^\s=\p{Cc}]+$/u.test(name)) return undefined;
  return { message: `\`${name}\` is no name of a property`, hint: 'it has neither spaces nor `=`' };
}

export function thresholdComplaint(text: string): Complaint | undefined {
  const parsed = parseThreshold(text);
  return 'message' in parsed ? parsed : undefined;
}

const authority = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(?=\/|$)|^https?:\/\/\[[0-9A-Fa-f:.]+\](:\d{1,5})?(?=\/|$)/;

/** A path, or a whole URL; what is not a placeholder is written as a browser sends it. */
export function requestPathComplaint(path: string): Complaint | undefined {
  const hint = 'for example `/orders`, or a whole URL with `http://` or `https://`';
  const rest = path.replace(authority, '');
  if (!rest.startsWith('/') && (rest !== '' || path === '')) return { message: 'a path begins with `/`', hint };
  const unfit = textComplaint(path);
  if (unfit !== undefined) return unfit;
  const allowed = new RegExp(pathPattern);
  const literal = partsOf(rest).filter((part) => typeof part === 'string');
  const bad = [...literal.join('')].find((character) => !allowed.test(`/${character}`));
  if (bad === undefined) return undefined;
  return {
    message: `a path of a URL has no ${/\s/.test(bad) ? 'space' : `\`${bad}\``} here`,
    hint: 'percent-encode it, as the browser sends it',
  };
}

export function headerComplaint(value: string): Complaint | undefined {
  return /\p{Cc}/u.test(value) ? controls : textComplaint(value);
}

/** What samples are called: one line, without JMeter's functions, since each would have a name of its own. */
export function labelComplaint(name: string): Complaint | undefined {
  if (name.trim() === '') return { message: 'the name is empty' };
  if (name.includes('"')) return { message: 'a name has no `"`', hint: 'thresholds have names between them' };
  return /\p{Cc}/u.test(name) ? controls : literalComplaint(name);
}

/** Text with placeholders. */
export function textComplaint(text: string): Complaint | undefined {
  const complaint = literalComplaint(text);
  if (complaint !== undefined) return complaint;
  for (const part of partsOf(text)) {
    if (typeof part !== 'string' && part.is === 'unknown') return unknownPlaceholder(part.token);
  }
  return undefined;
}

/** Text that a plan can hold and JMeter takes as it is. */
export function literalComplaint(text: string): Complaint | undefined {
  if (/[^\P{Cc}\t\r\n]|\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(text)) return controls;
  if (!text.includes('${')) return undefined;
  const hint = 'write `{{uuid}}` and the like here, or a plan of your own (`plan: FILE.jmx`)';
  return { message: '`${` begins a function of JMeter’s', hint };
}

function unknownPlaceholder(token: string): Complaint {
  if (token === '{{') return { message: 'this `{{` has no `}}` in its line', hint: 'for a literal `{{` write `\\{{`' };
  const forms = placeholderForms.map(([form]) => form);
  const guess = didYouMean(firstWord(token), forms.map(firstWord));
  const known = `known are ${forms.join(', ')}; for a literal \`{{\` write \`\\{{\``;
  return { message: `unknown placeholder \`${token}\``, hint: guess === undefined ? known : `${guess} ${known}` };
}

function firstWord(token: string): string {
  return /[^{} ]+/.exec(token)?.[0] ?? '';
}

const controls: Complaint = { message: 'the text has control characters in it' };
