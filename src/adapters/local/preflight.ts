import type { Network } from '../../domain/network.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Obstacle, Provider } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { loopback } from './addresses.ts';

/** Better now than after all else is made. */
export async function preflight(
  spec: Spec,
  { network, published }: Parameters<Provider['preflight']>[1],
  system: Pick<System, 'portTaken'>,
): Promise<Obstacle | undefined> {
  // LXD listens there for us already, also where nothing is led away by the kernel
  const ours = published?.ports ?? [];
  return noRoom(spec, network) ?? (await takenPort(spec, ours, system));
}

function noRoom({ machines: { hosts } }: Spec, { machines }: Network): Obstacle | undefined {
  const known = new Set(machines.map(({ name }) => name));
  const index = hosts.findIndex((name) => !known.has(name));
  if (index === -1) return undefined;
  const message = `the network of this project has no address left for ${hosts[index]}`;
  const hint = 'its size is chosen when it is made: `relevo destroy`, then `relevo up`';
  return { code: 'refused', path: ['machines', 'hosts', index], message, hint };
}

/** Somebody else's program has one of the ports on this host. */
async function takenPort(
  { balancer: { publish, tls, stats } }: Spec,
  ours: readonly number[],
  system: Pick<System, 'portTaken'>,
): Promise<Obstacle | undefined> {
  const ports: [number | undefined, string[]][] = [
    [publish, ['publish']],
    [tls?.publish, ['tls', 'publish']],
    [stats, ['stats']],
  ];
  for (const [port, path] of ports) {
    if (port === undefined || ours.includes(port) || !(await system.portTaken(loopback, port))) continue;
    const message = `port ${port} of this host is in use by another program`;
    const hint = `choose another port, or end that program (\`ss -ltnp sport = :${port}\` names it)`;
    return { code: 'conflict', path: ['balancer', ...path], message, hint };
  }
  return undefined;
}
