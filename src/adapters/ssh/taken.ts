import type { Spec } from '../../domain/spec.ts';
import type { Obstacle } from '../../ports/provider.ts';
import { neighbour } from './addresses.ts';
import type { SeenHost } from './look.ts';
import { ownInterface, sharedAddresses } from './preflight.ts';
import type { Exec } from './remote.ts';

/** Addresses that no host remembers as ours, and somebody has: asked from each of them, for one does not hear its own containers. */
export async function takenAddress(
  spec: Spec,
  seen: readonly SeenHost[],
  exec: (name: string) => Exec,
): Promise<Obstacle | undefined> {
  const ours = new Set(
    seen.flatMap(({ sight }) => (sight.record?.project === spec.name ? sight.record.addresses : [])),
  );
  const fresh = sharedAddresses(spec).filter(([address]) => !ours.has(address));
  const asked = fresh.flatMap(([address, path]) =>
    seen.map(async (host) => {
      const networkInterface = ownInterface(host)?.name ?? '';
      return { address, path, mac: await neighbour(exec(host.name), address, networkInterface) };
    }),
  );
  const taken = (await Promise.all(asked)).find(({ mac }) => mac !== '');
  if (taken === undefined) return undefined;
  return {
    ...{ code: 'conflict', path: taken.path },
    message: `${taken.address} is in use already: ${taken.mac} answers for it`,
    hint: 'choose a free address, outside of what DHCP gives out',
  };
}
