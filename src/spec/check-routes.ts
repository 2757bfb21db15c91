import type { RouteSpec } from '../domain/spec.ts';
import { isBranch, pick } from './data.ts';
import { isCatchAll, normaliseRoutes, type WrittenRoute } from './route.ts';
import type { Finding, Path } from './source.ts';

interface Owner {
  readonly service: string;
  readonly at: Path;
}

/** Every request has one service to go to: routes differ, and one service at most does without. */
export function routeFindings(services: readonly [string, unknown][]): Finding[] {
  const owners = new Map<string, Owner>();
  return services.flatMap(([service, value]) => (isBranch(value) ? routesIn(service, value, owners) : []));
}

function routesIn(service: string, value: Branch, owners: Map<string, Owner>): Finding[] {
  if (value['internal'] === true) return 'route' in value ? [withoutRoute(service)] : [];
  return writtenRoutes(service, value).flatMap((each) => conflicts(each, service, owners));
}

function withoutRoute(service: string): Finding {
  const message = '`route` is for requests from outside, and `internal` lets none in';
  return { path: ['services', service, 'route'], key: true, message, hint: 'delete one of the two' };
}

type Branch = Record<string | number, unknown>;

interface Written {
  readonly route: WrittenRoute;
  readonly at: Path;
}

function writtenRoutes(service: string, value: Branch): Written[] {
  const at: Path = ['services', service, 'route'];
  if (!('route' in value)) return [{ route: {}, at: at.slice(0, 2) }];
  const given = pick(value, ['route']);
  const all = Array.isArray(given) ? given : [given];
  return all.flatMap((route, index) =>
    isReadable(route) ? [{ route, at: Array.isArray(given) ? [...at, index] : at }] : [],
  );
}

function conflicts({ route, at }: Written, service: string, owners: Map<string, Owner>): Finding[] {
  for (const each of normaliseRoutes(route)) {
    const id = JSON.stringify([each.host, each.path, each.header]);
    const owner = owners.get(id);
    if (owner !== undefined) return [conflict(service, owner, each, at)];
    owners.set(id, { service, at });
  }
  return [];
}

function conflict(name: string, owner: Owner, route: RouteSpec, at: Path): Finding {
  const where = { path: at, key: typeof at.at(-1) === 'string' };
  if (owner.service === name)
    return { ...where, message: `\`${name}\` has this route twice${hostIn(route)}`, hint: 'delete one of them' };
  if (!isCatchAll(route)) {
    return {
      ...where,
      message: `the route of \`${name}\` is the route of \`${owner.service}\` too${hostIn(route)}`,
      hint: 'give them another `host`, `path` or `header`',
    };
  }
  return {
    ...where,
    message: `\`${owner.service}\` and \`${name}\` both have no \`route\`, and only one service can get all the other requests`,
    hint: `for example \`route: {path: /${name}}\`, or \`internal: true\` where only other services call it`,
  };
}

function hostIn({ host }: RouteSpec): string {
  return host === undefined ? '' : `, for \`${host}\``;
}

function isReadable(route: unknown): route is WrittenRoute {
  if (!isBranch(route) || Array.isArray(route)) return false;
  const { host, path, header } = route;
  const isHost = isTextOrNone(host) || (Array.isArray(host) && host.every((each) => typeof each === 'string'));
  return isHost && isTextOrNone(path) && (header === undefined || isTextMap(header));
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTextMap(value: unknown): boolean {
  return isBranch(value) && Object.values(value).every((each) => typeof each === 'string');
}
