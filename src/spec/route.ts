import type { RouteSpec } from '../domain/spec.ts';

/** One route as the file has it. */
export interface WrittenRoute {
  readonly host?: string | readonly string[] | undefined;
  readonly path?: string | undefined;
  readonly header?: Readonly<Record<string, string>> | undefined;
  readonly port?: number | undefined;
}

/** Short forms unfolded: a route for each host. `port`: the service's own, which need not be said. */
export function normaliseRoutes(given: WrittenRoute | readonly WrittenRoute[] = {}, port?: number): RouteSpec[] {
  const routes = isList(given) ? given : [given];
  return routes.flatMap((route) => {
    const hosts = isList(route.host) ? route.host : [route.host];
    return hosts.map((host) => normaliseRoute(host, route, port));
  });
}

function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}

/** One spelling for one route: host and header names have no case, `/api/` is `/api`, and `/` is every path. */
function normaliseRoute(host: string | undefined, route: WrittenRoute, own: number | undefined): RouteSpec {
  const path = route.path?.replace(/\/+$/, '');
  const header = Object.entries(route.header ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    ...(host && { host: host.toLowerCase() }),
    ...(path && { path }),
    header: Object.fromEntries(header.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...(route.port !== undefined && route.port !== own && { port: route.port }),
  };
}

/** A route without any condition, wherever it leads: what no other service asks for goes there. */
export function isCatchAll(route: RouteSpec): boolean {
  return route.host === undefined && route.path === undefined && Object.keys(route.header).length === 0;
}
