import type { Inventory } from '../render/inventory.ts';

export { hostVariables, inventoryIni, inventoryJson } from '../render/inventory.ts';

import type { Project } from './project.ts';
import { status } from './status.ts';

/** Of what there is now: machines by name, instances by service. */
export async function inventoryOf(project: Project): Promise<Inventory> {
  const { provider } = project.doors;
  const { machines, instances, balancers } = await status(project);
  const ways = (await provider.ways?.()) ?? {};
  return {
    machines: machines.flatMap(({ name, address }) => {
      const way = ways[name];
      const known = address ?? way?.address;
      return known === undefined ? [] : [{ name, address: known, ...(way && { way }) }];
    }),
    instances: [
      ...instances.map(({ name, service: group, machine, address, state }) => ({
        name,
        group,
        machine,
        address,
        state,
      })),
      ...balancers.map(({ name, machine, address, state }) => ({ name, group: 'balancer', machine, address, state })),
    ],
  };
}
