import type { RouteSpec } from '../domain/spec.ts';

/** One spelling for one route: host names have no case, `/api/` is `/api`, and `/` is every path. */
export function normaliseRoute(route: {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
}): RouteSpec {
  const path = route.path?.replace(/\/+$/, '');
  return { ...(route.host && { host: route.host.toLowerCase() }), ...(path && { path }) };
}
