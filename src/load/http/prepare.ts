import type { BodySources } from './body.ts';
import { entityOf } from './body.ts';
import type { Route } from './connections.ts';
import { HttpFailure } from './failure.ts';
import { type Header, headerText } from './headers.ts';
import { isTrue, type Values, wholeNumber } from './settings.ts';
import type { HttpUrl } from './url.ts';

/** Says who we are: servers answer some clients otherwise than others. */
export const userAgent = 'Relevo (as Apache-HttpClient/4.5)';

/** A request to one URL, ready but for cookies, the cache's conditions and credentials. */
export interface Prepared {
  readonly method: string;
  readonly url: HttpUrl;
  /** Lines without their ends: `Connection: keep-alive` and what header managers have. */
  readonly first: readonly string[];
  /** A `Cookie` of a header manager, which a cookie manager's replaces. */
  readonly cookie: string | undefined;
  readonly last: readonly string[];
  readonly body: Buffer | undefined;
  readonly keepAlive: boolean;
  /** Longest silence in milliseconds; 0 for none. */
  readonly timeout: number;
  /** A header manager has credentials: nobody else gives any. */
  readonly authorized: boolean;
  /** The whole head where nothing is added. */
  readonly head: string;
  /** Which connections it goes over; kept by who sends it. */
  route?: Route;
}

export interface Ask {
  readonly values: Values;
  readonly headers: readonly Header[];
  readonly method: string;
  readonly url: HttpUrl;
  /** It follows a redirect, so that its method has changed and a body is not sent again. */
  readonly following: boolean;
  readonly askServer: boolean;
}

const methodPattern = /^[\w!#$%&'*+\-.^`|~]+$/;

/** Throws HttpFailure. */
export function prepare(ask: Ask, sources: BodySources): Prepared {
  const { values, method, url, following } = ask;
  if (!methodPattern.test(method)) {
    throw new HttpFailure('java.lang.IllegalArgumentException', `Unexpected method: '${method}'`);
  }
  const entity = entityOf(values, method, following, sources);
  const keepAlive = isTrue(values.keepAlive);
  const first = [`Connection: ${keepAlive ? 'keep-alive' : 'close'}`];
  const seen = new Set<string>();
  let cookie: string | undefined;
  for (const [name, value] of ask.headers) {
    const lower = name.toLowerCase();
    if (lower === 'content-length' || (lower === 'content-type' && entity?.overrides === true)) continue;
    const text = headerText(lower === 'host' ? hostOf(value, url) : value);
    if (entity !== undefined && lower === 'transfer-encoding') {
      throw new HttpFailure('org.apache.http.client.ClientProtocolException', 'null');
    }
    if (lower === 'cookie') cookie ??= text;
    else first.push(`${headerText(name)}: ${text}`);
    if (value !== '' || lower !== 'content-type') seen.add(lower);
  }
  const last: string[] = [];
  if (entity !== undefined) {
    const { contentType, ofFile, bytes } = entity;
    const type =
      contentType === undefined || seen.has('content-type') ? [] : [`Content-Type: ${headerText(contentType)}`];
    const length = `Content-Length: ${bytes.length}`;
    last.push(...(ofFile === true ? [...type, length] : [length, ...type]));
  }
  if (!seen.has('host')) last.push(`Host: ${headerText(url.hostHeader)}`);
  if (!seen.has('user-agent')) last.push(`User-Agent: ${userAgent}`);
  if (ask.askServer) last.push('X-Relevo-Ask: server');
  const body = entity === undefined || entity.bytes.length === 0 ? undefined : entity.bytes;
  const prepared = { method, url, first, cookie, last, body, authorized: seen.has('authorization') };
  const closes = ask.headers.some(([name, value]) => name.toLowerCase() === 'connection' && /close/i.test(value));
  const timeout = wholeNumber(values.responseTimeout);
  return { ...prepared, timeout, keepAlive: keepAlive && !closes, head: headOf(prepared, []) };
}

type Parts = Pick<Prepared, 'method' | 'url' | 'first' | 'cookie' | 'last'>;

/** What is added at the moment: a cookie, conditions, credentials. */
export interface Added {
  readonly cookie?: string | undefined;
  readonly conditions?: readonly string[] | undefined;
  readonly authorization?: string | undefined;
}

export function linesOf({ first, last, cookie }: Parts, added: Added): string[] {
  const cookies = added.cookie ?? cookie;
  return [
    ...first,
    ...(added.conditions ?? []),
    ...(cookies === undefined ? [] : [`Cookie: ${headerText(cookies)}`]),
    ...last,
    ...(added.authorization === undefined ? [] : [`Authorization: ${headerText(added.authorization)}`]),
  ];
}

function headOf(parts: Parts, lines: readonly string[]): string {
  const all = lines.length === 0 ? linesOf(parts, {}) : lines;
  return `${parts.method} ${parts.url.target} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

/** The head as it is sent. */
export function headWith(prepared: Prepared, added: Added | undefined): string {
  return added === undefined ? prepared.head : headOf(prepared, linesOf(prepared, added));
}

/** JMeter lets nobody send a port in `Host` that is not the URL's, unless it is written there. */
function hostOf(value: string, url: HttpUrl): string {
  const [, host = value, written] = /^(.*?)(?::(\d+))?$/s.exec(value) ?? [];
  const port = written === undefined ? (url.hasPort ? url.peer.port : undefined) : Number(written);
  const own = url.peer.secure ? 443 : 80;
  return port === undefined || port === own ? host : `${host}:${port}`;
}
