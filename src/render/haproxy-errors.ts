import type { ErrorCode } from '../domain/spec.ts';
import { errorPage } from './error-page.ts';
import { section } from './haproxy-words.ts';

const directory = '/etc/haproxy/relevo';
export const errorCodes: readonly ErrorCode[] = ['400', '408', '500', '502', '503', '504'];

/** Chromium opens connections ahead of need and shows what a timed out one says: the empty answer is HAProxy's own advice. */
const silent: ReadonlySet<ErrorCode> = new Set(['408']);

export function errorFile(code: ErrorCode): string {
  return `${directory}/${code}.http`;
}

export function errorPagesSection(): string {
  return section(
    'http-errors relevo',
    errorCodes.map((code) => `errorfile ${code} ${errorFile(code)}`),
  );
}

const reasons: Readonly<Record<ErrorCode, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `head`: the page came as a whole HTTP response, as HAProxy's own `errorfile` has it. */
export interface Page {
  readonly html: string;
  readonly head?: string;
}

/** Visitors would read a response's headers as text: only its body is the page. Source: RFC 9112, 2.2. */
export function pageIn(text: string): Page {
  if (!/^HTTP\/\d/.test(text)) return { html: text };
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return { html: '', head: text };
  return { html: text.slice(end.index + end[0].length), head: text.slice(0, end.index) };
}

/** The most that an error page may have, in bytes: with its headers it must fit into HAProxy's buffer of 16 KiB. */
export const largestErrorPage = 15_000;

/** A whole HTTP response, as `errorfile` wants it. `html`: a page of the user's own. */
export function errorResponse(code: ErrorCode, html?: string): string {
  if (html === undefined && silent.has(code)) return '';
  const body = html ?? errorPage(code, reasons[code]);
  const headers = [
    `HTTP/1.1 ${code} ${reasons[code]}`,
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    'Content-Type: text/html; charset=utf-8',
    'Cache-Control: no-store',
    ...(code === '503' ? ['Retry-After: 5'] : []),
    ...(html === undefined ? ["Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'"] : []),
    'X-Content-Type-Options: nosniff',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
