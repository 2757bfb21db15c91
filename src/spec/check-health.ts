import { entries, pick } from './data.ts';
import { defaults } from './defaults.ts';
import type { Finding } from './source.ts';
import { parseDuration } from './units.ts';

/** What the checks of a service must agree on. */
export function healthFindings(data: unknown, service: string): Finding[] {
  return [...patienceFindings(data, service), ...sizeFindings(data, service)];
}

/** Bytes: HAProxy writes a check's request into a buffer of 16 KiB, with the other headers. */
const longestCheck = 15_000;

function sizeFindings(data: unknown, service: string): Finding[] {
  const path = ['services', service, 'health'];
  const asked = [pick(data, [...path, 'path']), ...entries(data, [...path, 'headers']).flat()];
  const bytes = new TextEncoder().encode(asked.filter((each) => typeof each === 'string').join('')).length;
  if (bytes <= longestCheck) return [];
  const message = `the path and the headers of a check have ${bytes} bytes, and HAProxy has room for ${longestCheck}`;
  return [{ path, key: true, message, hint: 'ask for something shorter' }];
}

function patienceFindings(data: unknown, service: string): Finding[] {
  const at = ['services', service, 'health'];
  const seconds = (key: string, fallback: string) => {
    const written = pick(data, [...at, key]) ?? fallback;
    return typeof written === 'string' ? parseDuration(written) : undefined;
  };
  const timeout = seconds('timeout', defaults.healthTimeout);
  const start = seconds('start_period', defaults.startPeriod);
  if (timeout === undefined || start === undefined || timeout < start) return [];
  const message = 'a check may take as long as the whole start: nobody would wait for its end';
  const key = pick(data, [...at, 'timeout']) === undefined ? 'start_period' : 'timeout';
  return [{ path: [...at, key], message, hint: 'a longer `start_period`, or a shorter `timeout`' }];
}
