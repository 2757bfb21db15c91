import { isCharset, urlEncode } from './charset.ts';
import { isTrue, type Values, wholeNumber } from './settings.ts';
import { type HttpUrl, parseUrl } from './url.ts';

/** Methods whose parameters stand in the URL. */
const inUrl = new Set(['GET', 'DELETE', 'OPTIONS']);

/** Where a request goes to: its own URL, or the target's host where it has none. Throws HttpFailure. */
export function urlOf(values: Values, target: URL | undefined): HttpUrl {
  const path = values.path.replaceAll(' ', '%20');
  if (/^https?:\/\//.test(path)) return parseUrl(path);
  const query = inUrl.has(values.method) ? queryOf(values) : '';
  const joined = query === '' ? '' : (path.includes('?') ? '&' : '?') + query;
  const rooted = `${path.startsWith('/') ? '' : '/'}${path}${joined}`;
  if (values.domain === '' && target !== undefined) {
    const base = target.pathname.replace(/\/+$/, '');
    return parseUrl(`${target.protocol}//${target.host}${base}${rooted}`);
  }
  const protocol = values.protocol.toLowerCase();
  const port = wholeNumber(values.port);
  const isDefault = port === 0 || (protocol === 'http' && port === 80) || (protocol === 'https' && port === 443);
  const host = values.domain.includes(':') && !values.domain.startsWith('[') ? `[${values.domain}]` : values.domain;
  return parseUrl(`${protocol}://${host}${isDefault ? '' : `:${port}`}${rooted}`);
}

/** Parameters without a name are left out: so plans have optional ones. */
function queryOf({ arguments: all, encoding }: Values): string {
  const charset = isCharset(encoding) ? encoding : 'UTF-8';
  return all
    .map(({ name, value, between, encode }) =>
      encode ? [urlEncode(name, 'UTF-8'), between, urlEncode(value, charset)] : [name, between, value],
    )
    .filter(([name]) => name !== '')
    .map((each) => each.join(''))
    .join('&');
}

/** The values are the body as they stand: told so, or since no parameter has a name. */
export function sendsValuesAsBody({ raw, arguments: all }: Values): boolean {
  return isTrue(raw) || (all.length > 0 && all.every(({ name }) => name === ''));
}
