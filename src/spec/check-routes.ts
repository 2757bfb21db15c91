import type { RouteSpec } from '../domain/spec.ts';
import type { Finding } from './checks.ts';
import { isBranch, pick } from './data.ts';
import { normaliseRoute } from './route.ts';

/** Every request has one service to go to: routes differ, and one service at most does without. */
export function routeFindings(services: readonly [string, unknown][]): Finding[] {
  const owners = new Map<string, string>();
  return services.flatMap(([name, service]) => {
    const route = readable(pick(service, ['route']));
    if (route === undefined || !isBranch(service)) return [];
    const key = `${route.host ?? '*'}${route.path ?? '/'}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    return owner === undefined ? [] : [conflict(name, owner, route, 'route' in service)];
  });
}

function conflict(name: string, owner: string, route: RouteSpec, written: boolean): Finding {
  const where = { path: written ? ['services', name, 'route'] : ['services', name], key: true };
  if (route.host !== undefined || route.path !== undefined) {
    return {
      ...where,
      message: `the route of \`${name}\` is the route of \`${owner}\` too`,
      hint: 'give them another `host` or `path`',
    };
  }
  return {
    ...where,
    message: `\`${owner}\` and \`${name}\` both have no \`route\`, and only one service can get all the other requests`,
    hint: `for example \`route: {path: /${name}}\``,
  };
}

function readable(route: unknown): RouteSpec | undefined {
  if (route === undefined) return {};
  if (!isBranch(route) || Array.isArray(route)) return undefined;
  const { host, path } = route;
  const texts = [host, path].every((each) => each === undefined || typeof each === 'string');
  return texts ? normaliseRoute(route) : undefined;
}
