import type { ServiceSpec } from './spec.ts';

/** Beside the service's own; each has a range of the machines' ports. See src/domain/slots.ts. */
export const mostFurtherPorts = 3;

/** Ports beside the service's own to which its routes lead, in ascending order. */
export function furtherPorts({ routes }: Pick<ServiceSpec, 'routes'>): readonly number[] {
  const ports = routes.flatMap(({ port }) => (port === undefined ? [] : [port]));
  return [...new Set(ports)].sort((a, b) => a - b);
}
