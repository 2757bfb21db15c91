import { RelevoError } from '../domain/failure.ts';
import type { Observed } from '../domain/observed.ts';
import type { Spec } from '../domain/spec.ts';
import type { System } from '../ports/system.ts';
import type { PointAt } from '../spec/load.ts';

const loopback = '127.0.0.1';

/** Throws where somebody else's process has one of the ports on this host: better now than after all else is made. */
export async function checkPublish(
  { balancer }: Spec,
  at: PointAt,
  observed: Observed,
  system: Pick<System, 'portTaken'>,
): Promise<void> {
  const { publish, tls, stats } = balancer;
  const ports: [number | undefined, string[]][] = [
    [publish, ['publish']],
    [tls?.publish, ['tls', 'publish']],
    [stats, ['stats']],
  ];
  for (const [port, path] of ports) {
    if (port === undefined || isOurs(port, observed) || !(await system.portTaken(loopback, port))) continue;
    const message = `port ${port} of this host is in use by another program`;
    const hint = `choose another port, or end that program (\`ss -ltnp sport = :${port}\` names it)`;
    const diagnostics = [at(['balancer', ...path], { message, hint })];
    throw new RelevoError({ code: 'conflict', message, diagnostics });
  }
}

/** LXD listens there for us already, also where nothing is led away by the kernel. */
function isOurs(port: number, { published }: Observed): boolean {
  return published?.ports.includes(port) === true;
}
