import type { RouteSpec } from '../domain/spec.ts';

interface WrittenRoute {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly header?: Readonly<Record<string, string>> | undefined;
}

/** One spelling for one route: host and header names have no case, `/api/` is `/api`, and `/` is every path. */
export function normaliseRoute(route: WrittenRoute): RouteSpec {
  const path = route.path?.replace(/\/+$/, '');
  const header = Object.entries(route.header ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    ...(route.host && { host: route.host.toLowerCase() }),
    ...(path && { path }),
    header: Object.fromEntries(header.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** A route without any condition: what no other service asks for goes there. */
export function isCatchAll(route: RouteSpec): boolean {
  return route.host === undefined && route.path === undefined && Object.keys(route.header).length === 0;
}
