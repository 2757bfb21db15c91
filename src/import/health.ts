import { healthPathComplaint } from '../spec/rules.ts';
import { parseDuration } from '../spec/units.ts';
import type { Compose, Service } from './compose.ts';
import { isTrue, listOf, numberOf, record, textOf } from './read.ts';

interface Asked {
  readonly port: number | undefined;
  readonly path: string;
  readonly host: string | undefined;
}

/** The URL that a health check asks for; undefined where it asks for none. */
export function askedUrl(data: Readonly<Record<string, unknown>>): Asked | undefined {
  const { test } = record(data['healthcheck']);
  const line = listOf(test).join(' ');
  const url = /\b(https?):\/\/(?:[\w.-]+|\[::1?\])(?::(\d+|\$\w+|\$\{[^}]*\}))?(\/[^\s"'|)]*)?/.exec(line);
  if (url === null) return undefined;
  const host = /(?:-H|--header)[= ]?["']?Host:\s*([\w.-]+)/i.exec(line)?.[1];
  const port = numberOf(url[2]); // a variable of the container's tells no number
  return { port, path: url[3] ?? '/', host };
}

/** `healthcheck`, or what a label says. */
export function healthOf(
  service: Service,
  label: string | undefined,
  port: number | undefined,
  compose: Compose,
): Record<string, string> {
  const { name, path, data } = service;
  const asked = askedUrl(data);
  const note = (key: string, kind: 'open' | 'changed' | 'left-out', why: string, instead?: string) =>
    compose.notes.add(kind, [...path, 'healthcheck', key], `${name}.healthcheck.${key}`, why, instead);
  const check = record(data['healthcheck']);
  if (isTrue(check['disable']) || listOf(check['test'])[0] === 'NONE')
    note(
      'disable',
      'left-out',
      'the balancers ask each instance before it gets traffic',
      'name a page: `health: {path: /}`',
    );
  else if (check['test'] !== undefined && asked === undefined)
    note('test', 'open', 'the balancers ask over HTTP only', 'name a page that tells it: `health: {path: /healthz}`');
  if (asked?.port !== undefined && port !== undefined && asked.port !== port)
    note('test', 'changed', `port ${asked.port} is asked there; here it is the service’s, ${port}`);
  if (['interval', 'timeout', 'retries', 'start_interval'].some((key) => check[key] !== undefined)) {
    const why = 'the balancers ask twice a second, so that a failure is seen at once';
    note('interval', 'changed', why, 'for a slow page: `health.timeout` and `health.interval`');
  }
  const wanted = label ?? asked?.path;
  const refused = wanted !== undefined && healthPathComplaint(wanted) !== undefined;
  if (refused) note('test', 'open', `${wanted} is no path that the balancers can ask for`);
  return {
    ...(wanted !== undefined && !refused && { path: wanted }),
    ...(asked?.host !== undefined && { host: asked.host }),
    ...startPeriod(textOf(check['start_period']), (why) => note('start_period', 'changed', why)),
  };
}

function startPeriod(text: string | undefined, changed: (why: string) => void): { start_period?: string } {
  if (text === undefined) return {};
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= 3600) return { start_period: text };
  changed(`${text} is not between 1s and 1h, so it is 30s, the default`);
  return {};
}
