import type { HealthSpec, RouteSpec } from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { certain } from './normalise-pieces.ts';
import type { ServiceFile } from './schema.ts';
import { parseDuration } from './units.ts';

type HealthFile = NonNullable<ServiceFile['health']>;

/** `nameless`: the host where neither `health` nor a route names one. */
export function healthSpec(file: HealthFile, routes: readonly RouteSpec[], nameless: string): HealthSpec {
  const status = file.status ?? defaults.healthStatus;
  return {
    path: file.path ?? defaults.healthPath,
    host: file.host ?? hostOf(routes) ?? nameless,
    headers: file.headers ?? {},
    status: (Array.isArray(status) ? status : [status]).join(','),
    timeout: certain(parseDuration(file.timeout ?? defaults.healthTimeout)),
    interval: certain(parseDuration(file.interval ?? defaults.healthInterval)),
    startPeriod: certain(parseDuration(file.start_period ?? defaults.startPeriod)),
  };
}

/** Some frameworks refuse a name that they do not know: one that visitors use at the port that is checked. */
function hostOf(routes: readonly RouteSpec[]): string | undefined {
  const hosts = routes.flatMap(({ host, port }) => (host === undefined || port !== undefined ? [] : [host]));
  return hosts.find((host) => !host.startsWith('*')) ?? hosts[0]?.replace('*', 'www');
}
