import { headerNameComplaint, headerValueComplaint as valueComplaint } from './rules-traffic.ts';
import type { Complaint } from './source.ts';
import { parseDuration } from './units.ts';

/** Rules for what a health check asks. */

export const statusPattern = '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$';

export function statusComplaint(status: string): Complaint | undefined {
  const hint = 'for example `200-399`';
  if (!new RegExp(statusPattern).test(status))
    return { message: `\`${status}\` is no status code, and no range`, hint };
  const [from = '', to = from] = status.split('-');
  return from <= to
    ? undefined
    : { message: `the range \`${status}\` ends before it begins`, hint: `\`${to}-${from}\`` };
}

/** HAProxy writes these itself. */
const taken = /^(connection|content-length|transfer-encoding|upgrade|keep-alive)$/i;

export function headerComplaint(name: string): Complaint | undefined {
  if (/^host$/i.test(name)) return { message: 'the `Host` of a check has a key of its own', hint: '`health.host`' };
  if (taken.test(name)) return { message: `a check can't have the header \`${name}\`: HAProxy writes it itself` };
  return headerNameComplaint(name);
}

/** A line of haproxy.cfg has its limits, and HAProxy’s request a buffer. */
const longestValue = 1000;

export function headerValueComplaint(value: string): Complaint | undefined {
  if (value.trim() === '') return { message: 'the value is empty', hint: 'HAProxy sends no header without a value' };
  if (value.length > longestValue)
    return { message: `the value has ${value.length} characters, and a check’s header at most ${longestValue}` };
  return valueComplaint(value);
}

const longestInterval = 3600;
const shortestInterval = 0.1;
const longestTimeout = 300;

export function timeoutComplaint(duration: string): Complaint | undefined {
  return within(duration, 0.01, longestTimeout, 'from 10ms to 5m');
}

export function intervalComplaint(duration: string): Complaint | undefined {
  return within(duration, shortestInterval, longestInterval, 'from 100ms to 1h');
}

function within(duration: string, least: number, most: number, range: string): Complaint | undefined {
  const seconds = parseDuration(duration);
  if (seconds === undefined) return { message: `\`${duration}\` is no duration`, hint: 'for example `500ms` or `2s`' };
  if (seconds >= least && seconds <= most) return undefined;
  return { message: `expected a duration ${range}, got \`${duration}\`` };
}
