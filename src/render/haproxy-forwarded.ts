import type { BalancerSpec } from '../domain/spec.ts';

/** What the last of them adds is what its own visitor's address was; more of them than this stand nowhere in a row. */
const mostHops = 5;

const isTrusted = '{ var(txn.trusted) -m bool }';

/**
 * Who asks, and how: only a trusted proxy may say it for somebody else. The servers get one address in `X-Forwarded-For`, the
 * client's; it is the one in the log and for `source` as well.
 */
export function forwardedRules(trusted: readonly string[]): string[] {
  const foreign = trusted.length === 0 ? '' : ` unless ${isTrusted}`;
  const hops = Array.from({ length: mostHops }, (_, index) => index + 1);
  return [
    ...trusted.map((network) => `acl relevo-trusted src ${network}`),
    ...(trusted.length === 0 ? [] : ['http-request set-var(txn.trusted) bool(true) if relevo-trusted']),
    `http-request del-header X-Forwarded- -m beg${foreign}`,
    ...['Forwarded', 'X-Real-IP'].map((name) => `http-request del-header ${name}${foreign}`),
    ...(trusted.length === 0 ? [] : hops).map(
      (hop) => `http-request set-src req.hdr_ip(x-forwarded-for,-${hop}) if relevo-trusted`,
    ),
    'http-request set-header X-Forwarded-For %[src]',
    'http-request set-header X-Forwarded-Proto https if { ssl_fc } !{ req.fhdr(x-forwarded-proto) -m found }',
    'http-request set-header X-Forwarded-Proto http unless { req.fhdr(x-forwarded-proto) -m found }',
  ];
}

/** Of a request: it came by HTTPS, to us or to a trusted proxy. For rules behind these. */
export const isSecure = '{ req.hdr(x-forwarded-proto) -i https }';

export function redirectRules({ tls, trustedProxies }: Pick<BalancerSpec, 'tls' | 'trustedProxies'>): string[] {
  if (tls === undefined || !tls.redirect) return [];
  const to = (port: string, when: string) =>
    `http-request redirect location https://%[req.hdr(host),host_only]${port}%[capture.req.uri] code 308 ${when}`;
  return [
    // what a proxy in front publishes is HTTPS's own port
    ...(trustedProxies.length === 0 ? [] : [to('', `if ${isTrusted} !${isSecure}`)]),
    to(tls.publish === 443 ? '' : `:${tls.publish}`, `unless ${isSecure}`),
  ];
}
