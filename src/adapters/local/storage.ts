import type { Note } from '../../domain/event.ts';
import type { PoolPlan } from '../../domain/storage.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { Obstacle } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { loopTest } from '../../render/loop-device.ts';
import type { LocalNames } from './names.ts';

const home = '/var/lib/relevo';
const pools = `${home}/pools`;

/**
 * Where machines of this host lie: in a file, for which the kernel must lend a loop device, else on a btrfs that is there
 * already. A host that is a container itself often has neither: `dir`, on which each machine and instance is a whole copy.
 */
export async function poolHere(system: Pick<System, 'run'>, network: string): Promise<PoolPlan> {
  if ((await system.run(['sh', '-c', loopTest])).code === 0) return { driver: 'btrfs', config: { size: '30GiB' } };
  const { stdout } = await system.run(['stat', '-f', '-c', '%T', '/var/lib']);
  if (stdout.trim() === 'btrfs') return { driver: 'btrfs', config: { source: `${pools}/${network}` } };
  return { driver: 'dir', config: {} };
}

/** Unless somebody else's is to be used. */
export async function makePool(root: Lxd, names: LocalNames, system: System): Promise<void> {
  if (names.foreignPool || (await root.pools.get(names.pool)) !== undefined) return;
  const { driver, config } = await poolHere(system, names.network);
  if (config['source'] !== undefined) await system.files.makeDirectory(pools, 0o711);
  await root.pools.create(names.pool, driver, config);
}

/** Inside machines there are clones only where their own file system makes some. */
export async function clusterPoolIn(root: Lxd, names: LocalNames): Promise<PoolPlan | undefined> {
  const pool = await root.pools.get(names.pool);
  return pool === undefined || pool.driver === 'btrfs' ? undefined : { driver: 'dir', config: {} };
}

export async function storageNotes(root: Lxd, names: LocalNames, system: System): Promise<Note[]> {
  if ((await root.pools.get(names.pool)) !== undefined) return [];
  const { driver } = await poolHere(system, names.network);
  return driver === 'dir' ? [{ about: 'storage-copies', machines: [] }] : [];
}

export async function poolObstacle(root: Lxd, names: LocalNames): Promise<Obstacle | undefined> {
  if (!names.foreignPool || (await root.pools.get(names.pool)) !== undefined) return undefined;
  const message = `this host's LXD has no storage pool ${names.pool}`;
  const hint = '`lxc storage list` shows those that there are; without the line, the project gets one of its own';
  return { code: 'not-found', path: ['machines', 'pool'], message, hint };
}
