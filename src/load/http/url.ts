import { isIP } from 'node:net';
import { HttpFailure } from './failure.ts';
import type { Peer } from './socket.ts';

/** A URL as Java reads it: nothing of it is changed before it goes over the wire. */
export interface HttpUrl {
  /** As samples show it. */
  readonly text: string;
  /** Scheme and authority as written: connections of the same are the same. */
  readonly origin: string;
  readonly peer: Peer;
  /** The host as written, with the port unless it is the scheme's own and was not written. */
  readonly hostHeader: string;
  readonly hasPort: boolean;
  /** As written, without the query; may be empty. */
  readonly path: string;
  /** Path and query of the request line. */
  readonly target: string;
}

const malformed = (message: string) => new HttpFailure('java.net.MalformedURLException', message);

const parts = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** Throws HttpFailure where JMeter would not send it. */
export function parseUrl(written: string): HttpUrl {
  const given = written.trim();
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = parts.exec(given) ?? [];
  if (scheme === '') throw malformed(`no protocol: ${given}`);
  const protocol = scheme.toLowerCase();
  if (protocol !== 'http' && protocol !== 'https') throw malformed(`unknown protocol: ${protocol}`);
  const text = `${protocol}://${authority}${path}${query}${fragment}`;
  const peer = peerOf(authority, protocol === 'https', text);
  checkSyntax(text, { path, query, fragment });
  return {
    text,
    origin: `${protocol}://${authority}`,
    peer,
    hostHeader: authority.slice(authority.lastIndexOf('@') + 1),
    hasPort: /:\d+$/.test(authority),
    path,
    target: ascii((path === '' ? '/' : path.replace(/\/{2,}/g, '/')) + query),
  };
}

function peerOf(authority: string, secure: boolean, text: string): Peer {
  const [, host = '', port = ''] = /^(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  if (port !== '' && !/^\d{1,5}$/.test(port)) throw malformed(`For input string: "${port}"`);
  if (host === '') {
    const message = `URI does not specify a valid host name: ${text}`;
    throw new HttpFailure('org.apache.http.client.ClientProtocolException', message);
  }
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const bad = isIP(bare) === 0 ? /[^\w.~$&'()*+,;=!-]/u.exec(bare) : null;
  if (bad !== null && bad[0].charCodeAt(0) < 128) throw syntax('authority', text.indexOf(bare) + bad.index, text);
  return { host: bare, port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

interface Components {
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Of ASCII, what may stand there unescaped; Java lets other characters pass. */
const illegal = {
  path: /[^\w\-.!~*'():@&=+$,;/%\u00a1-\u{10ffff}]|%(?![\da-fA-F]{2})/u,
  query: /[^\w\-.!~*'():@&=+$,;/%?[\]\u00a1-\u{10ffff}]|%(?![\da-fA-F]{2})/u,
};

function checkSyntax(text: string, { path, query, fragment }: Components): void {
  const check = (component: string, part: string, pattern: RegExp, from: number) => {
    const found = pattern.exec(part);
    if (found !== null) throw syntax(component, from + found.index, text, found[0] === '%');
  };
  const beforeQuery = text.length - query.length - fragment.length;
  check('path', path, illegal.path, beforeQuery - path.length);
  check('query', query.slice(1), illegal.query, beforeQuery + 1);
  check('fragment', fragment.slice(1), illegal.query, text.length - fragment.length + 1);
}

function syntax(component: string, index: number, text: string, isEscape = false): HttpFailure {
  const what = isEscape ? 'Malformed escape pair' : `Illegal character in ${component}`;
  const failure = new HttpFailure('java.net.URISyntaxException', `${what} at index ${index}: ${text}`);
  failure.url = text;
  return failure;
}

/** Beyond ASCII everything is escaped. */
function ascii(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : text.replace(/[^\x20-\x7e]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}

/**
 * What a `Location` or a link leads to from here, with what is illegal in it escaped, as browsers do. Undefined where it leads
 * nowhere that a request could go.
 */
export function resolveUrl(from: HttpUrl, reference: string): HttpUrl | undefined {
  const resolved = URL.parse(reference.trim(), from.text);
  if (resolved === null || !/^https?:$/.test(resolved.protocol)) return undefined;
  const clean = (text: string) =>
    text
      .replace(/[{}|^\\`"<> ]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%(?![\da-f]{2})/gi, '%25');
  const path = clean(resolved.pathname).replace(/[[\]]/g, (each) => (each === '[' ? '%5B' : '%5D'));
  try {
    return parseUrl(`${resolved.protocol}//${resolved.host}${path}${clean(resolved.search)}${clean(resolved.hash)}`);
  } catch (error) {
    if (error instanceof HttpFailure) return undefined;
    throw error;
  }
}
