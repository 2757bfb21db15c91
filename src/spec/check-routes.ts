import type { RouteSpec } from '../domain/spec.ts';
import { isBranch, pick } from './data.ts';
import { isCatchAll, normaliseRoute } from './route.ts';
import type { Finding } from './source.ts';

/** Every request has one service to go to: routes differ, and one service at most does without. */
export function routeFindings(services: readonly [string, unknown][]): Finding[] {
  const owners = new Map<string, string>();
  return services.flatMap(([name, service]) => {
    if (pick(service, ['internal']) === true) return withoutRoute(name, service);
    const route = readable(pick(service, ['route']));
    if (route === undefined || !isBranch(service)) return [];
    const key = JSON.stringify([route.host, route.path, route.header]);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    return owner === undefined ? [] : [conflict(name, owner, route, 'route' in service)];
  });
}

function withoutRoute(name: string, service: unknown): Finding[] {
  if (!isBranch(service) || !('route' in service)) return [];
  const message = '`route` is for requests from outside, and `internal` lets none in';
  return [{ path: ['services', name, 'route'], key: true, message, hint: 'delete one of the two' }];
}

function conflict(name: string, owner: string, route: RouteSpec, written: boolean): Finding {
  const where = { path: written ? ['services', name, 'route'] : ['services', name], key: true };
  if (!isCatchAll(route)) {
    return {
      ...where,
      message: `the route of \`${name}\` is the route of \`${owner}\` too`,
      hint: 'give them another `host`, `path` or `header`',
    };
  }
  return {
    ...where,
    message: `\`${owner}\` and \`${name}\` both have no \`route\`, and only one service can get all the other requests`,
    hint: `for example \`route: {path: /${name}}\`, or \`internal: true\` where only other services call it`,
  };
}

function readable(route: unknown): RouteSpec | undefined {
  if (route === undefined) return normaliseRoute({});
  if (!isBranch(route) || Array.isArray(route)) return undefined;
  const { host, path, header } = route;
  const readableHeader = header === undefined || isTextMap(header);
  const texts = [host, path].every((each) => each === undefined || typeof each === 'string');
  return texts && readableHeader ? normaliseRoute(route) : undefined;
}

function isTextMap(value: unknown): boolean {
  return isBranch(value) && Object.values(value).every((each) => typeof each === 'string');
}
