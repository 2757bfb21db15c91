import type { BalancerSpec, RouteSpec } from '../domain/spec.ts';
import type { HaproxyService } from './haproxy-backend.ts';
import { lastResortBackend, overloadBackendOf, twinOf } from './haproxy-backend.ts';
import { forwardedRules, isSecure, redirectRules } from './haproxy-forwarded.ts';
import { leavingVariable } from './haproxy-global.ts';
import { hstsRules, tlsBind } from './haproxy-tls.ts';
import { section, word } from './haproxy-words.ts';

export type FrontendInput = Pick<BalancerSpec, 'vip6' | 'publish' | 'tls' | 'haproxy' | 'trustedProxies'>;

/** Where requests arrive, and which backend gets which of them. */
export function frontend(balancer: FrontendInput, services: readonly HaproxyService[]): string {
  const routes = services.flatMap(routesOf);
  const fallback = routes.find(({ conditions }) => conditions.length === 0);
  const routed = routes.filter(({ conditions }) => conditions.length > 0);
  // one socket for both would show IPv4 clients as IPv6 ones, ::ffff:192.0.2.1
  const at = (port: number) => (balancer.vip6 === undefined ? [`:${port}`] : [`:${port}`, `:::${port} v6only`]);
  return section('frontend web', [
    ...at(balancer.publish).map((address) => `bind ${address}`),
    ...tlsBinds(balancer, at),
    ...requestRules,
    ...forwardedRules(balancer.trustedProxies),
    ...redirectRules(balancer),
    ...hstsRules(balancer.tls, isSecure),
    ...routed.flatMap(({ acls }) => acls),
    ...balancer.haproxy.frontend,
    ...[...routed].sort(moreSpecificFirst).flatMap(({ to, conditions }) => useBackend(to, conditions)),
    ...(fallback === undefined ? [`default_backend ${lastResortBackend}`] : useBackend(fallback.to, [])),
  ]);
}

function tlsBinds({ tls }: FrontendInput, at: (port: number) => string[]): string[] {
  return tls === undefined ? [] : at(tls.publish).map((address) => tlsBind(address, tls));
}

interface Route {
  readonly to: HaproxyService;
  readonly route: RouteSpec;
  readonly acls: readonly string[];
  /** Names of ACLs that must all hold; none: whatever no other route is for. */
  readonly conditions: readonly string[];
}

/** Names of services have no dot in them. */
function routesOf(to: HaproxyService): Route[] {
  const { name, routes } = to.service;
  return routes.map((route, index) => {
    const lines = acls(index === 0 ? name : `${name}.${index + 1}`, route);
    return { to, route, acls: lines, conditions: [...new Set(lines.map((line) => line.split(' ')[1] ?? ''))] };
  });
}

/** Leads to a service in a frontend, also where none of its servers is UP. */
export function useBackend(to: HaproxyService, conditions: readonly string[]): string[] {
  const { name } = to.service;
  const overload = overloadBackendOf(to);
  const nobody = `{ nbsrv(${name}) eq 0 }`;
  return [
    ...(overload === undefined ? [] : [`use_backend ${overload} if ${[...conditions, nobody].join(' ')}`]),
    conditions.length === 0 ? `default_backend ${name}` : `use_backend ${name} if ${conditions.join(' ')}`,
  ];
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
    ...(route.host === undefined ? [] : [`acl ${name}-host req.hdr(host),host_only ${hostMatch(route.host)}`]),
    ...(route.path === undefined
      ? []
      : [`acl ${name}-path path ${word(route.path)}`, `acl ${name}-path path_beg ${word(`${route.path}/`)}`]),
    ...Object.entries(route.header).map(
      ([header, value], index) => `acl ${name}-header${index + 1} req.fhdr(${header}) -m str -- ${word(value)}`,
    ),
  ];
}

/** `*.example.org` is each name below that one, however deep. */
function hostMatch(host: string): string {
  return host.startsWith('*') ? `-i -m end ${host.slice(1)}` : `-i ${host}`;
}

/**
 * A whole host first, then longer ends of hosts, then longer paths, then more headers: HAProxy takes the first rule that fits.
 * Source: the order of Kubernetes' Gateway API.
 */
function moreSpecificFirst(a: Route, b: Route): number {
  const [left, right] = [rank(a.route), rank(b.route)];
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

/** A name has 253 characters at most. */
const wholeHost = 254;

function rank({ host, path, header }: RouteSpec): readonly [number, number, number] {
  const hosts = host === undefined ? 0 : host.startsWith('*') ? host.length : wholeHost;
  return [hosts, path?.length ?? 0, Object.keys(header).length];
}
