import { furtherPorts } from '../domain/further-ports.ts';
import type { HaproxyService } from './haproxy-backend.ts';

/** The backend of one of a service's further ports. Names of services have no colon in them. */
export function portBackend(service: string, port: number): string {
  return `${service}:${port}`;
}

export function isPortBackend(backend: string): boolean {
  return backend.includes(':');
}

/**
 * A backend for each port of a service. A server that is in several of them is one instance: its health, and whether it is
 * drained, is known in the first, and the others follow (`track`).
 */
export function byPort(given: HaproxyService): HaproxyService[] {
  const { service, servers } = given;
  const routesTo = (port?: number) => service.routes.filter((route) => route.port === port);
  const further = furtherPorts(service).map(
    (port): HaproxyService => ({
      ...given,
      service: { ...service, name: portBackend(service.name, port), routes: routesTo(port) },
      servers: servers.map((server) => ({ ...server, address: server.further?.[port] ?? server.address })),
      follows: service.name,
    }),
  );
  return [{ ...given, service: { ...service, routes: routesTo() } }, ...further];
}
