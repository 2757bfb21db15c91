import type { Lxd, LxdInstance } from '../../ports/lxd.ts';
import type { System } from '../../ports/system.ts';
import { isMachine } from './labels.ts';
import type { LocalNames } from './names.ts';
import { removeStaleBridge } from './network.ts';
import { removeRules } from './publish-rules.ts';

/** Machines hold the whole cluster, so with them go members, instances and their images. */
export async function destroyLocal(
  root: Lxd,
  lxd: Lxd,
  names: LocalNames,
  system: System,
  onLine: (line: string) => void,
): Promise<void> {
  if ((await root.projects.get(names.project)) !== undefined) {
    await lxd.settled();
    await Promise.all((await lxd.instances.list()).map((each) => remove(lxd, each, onLine)));
    await Promise.all((await lxd.images.list()).map(({ fingerprint }) => lxd.images.delete(fingerprint)));
    await root.projects.delete(names.project);
  }
  if ((await root.networks.get(names.network)) !== undefined) {
    onLine(`network ${names.network}`);
    await root.networks.delete(names.network);
  }
  await removeStaleBridge(names.network, system);
  await system.run(['nft', removeRules(names.network)]); // those of a container that was killed with its LXD
  if (!names.foreignPool && (await root.pools.get(names.pool)) !== undefined) {
    onLine(`storage pool ${names.pool}`);
    await root.pools.delete(names.pool);
  }
}

async function remove(lxd: Lxd, instance: LxdInstance, onLine: (line: string) => void): Promise<void> {
  const { name, status } = instance;
  onLine(`${isMachine(instance) ? 'machine' : 'container'} ${name}`);
  if (status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}
