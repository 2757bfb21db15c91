import type { BalancerSpec, RouteSpec } from '../domain/spec.ts';
import type { HaproxyService } from './haproxy-backend.ts';
import { lastResortBackend, twinOf } from './haproxy-backend.ts';
import { leavingVariable } from './haproxy-global.ts';
import { tlsBind, tlsRules } from './haproxy-tls.ts';
import { section, word } from './haproxy-words.ts';

export type FrontendInput = Pick<BalancerSpec, 'publish' | 'tls' | 'haproxy'>;

/** Where requests arrive, and which backend gets which of them. */
export function frontend(balancer: FrontendInput, services: readonly HaproxyService[]): string {
  const open = services.filter(({ service }) => !service.internal);
  const routed = open.filter(({ service }) => conditions(service.name, service.route).length > 0);
  const fallback = open.find((each) => !routed.includes(each));
  return section('frontend web', [
    `bind :${balancer.publish}`,
    ...(balancer.tls === undefined ? [] : [tlsBind(`:${balancer.tls.publish}`)]),
    ...requestRules,
    ...tlsRules(balancer.tls),
    ...routed.flatMap(({ service }) => acls(service.name, service.route)),
    ...balancer.haproxy.frontend,
    ...[...routed].sort(moreSpecificFirst).map(({ service }) => useBackend(service.name, service.route)),
    `default_backend ${fallback?.service.name ?? lastResortBackend}`,
  ]);
}

/** Of a request: whoever makes load wants to know which instance answers. */
export const askHeader = 'X-Relevo-Ask';
/** Of its answer: the instance's name. */
export const serverHeader = 'X-Relevo-Server';

/**
 * Only who asks for it is told, and nobody but HAProxy says it. Its own error pages have no server, so they have no such header.
 * A backup's twin is the same instance.
 */
const whoAnswers: readonly string[] = [
  `http-request set-var(txn.asked) bool(true) if { req.fhdr(${askHeader}) -m str server }`,
  ...[askHeader, serverHeader].map((header) => `http-request del-header ${header}`),
  `http-response del-header ${serverHeader}`,
  `http-response set-header ${serverHeader} %[srv_name,regsub(${twinOf('')}$,)] if { var(txn.asked) -m bool }`,
];

/** Of all requests, wherever they come from. */
export const requestRules: readonly string[] = [
  // A client's own `Proxy` header becomes the variable HTTP_PROXY of a CGI program. Source: CVE-2016-5385.
  'http-request del-header Proxy',
  ...whoAnswers,
  `http-after-response set-header Connection close if { var(${leavingVariable}) -m int 1 }`,
];

/** ACLs of one name are alternatives, different names are conditions that must all hold. */
function acls(name: string, route: RouteSpec): string[] {
  return [
    ...(route.host === undefined ? [] : [`acl ${name}-host req.hdr(host),host_only -i ${word(route.host)}`]),
    ...(route.path === undefined
      ? []
      : [`acl ${name}-path path ${word(route.path)}`, `acl ${name}-path path_beg ${word(`${route.path}/`)}`]),
    ...Object.entries(route.header).map(
      ([header, value], index) => `acl ${name}-header${index + 1} req.fhdr(${header}) -m str -- ${word(value)}`,
    ),
  ];
}

function conditions(name: string, route: RouteSpec): string[] {
  return [...new Set(acls(name, route).map((line) => line.split(' ')[1] ?? ''))];
}

function useBackend(name: string, route: RouteSpec): string {
  return `use_backend ${name} if ${conditions(name, route).join(' ')}`;
}

/** A host first, then longer paths, then more headers: HAProxy takes the first rule that fits. Source: the order of Kubernetes' Gateway API. */
function moreSpecificFirst(a: HaproxyService, b: HaproxyService): number {
  const rank = ({ service: { route } }: HaproxyService) =>
    [route.host === undefined ? 0 : 1, route.path?.length ?? 0, Object.keys(route.header).length] as const;
  const [left, right] = [rank(a), rank(b)];
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}
