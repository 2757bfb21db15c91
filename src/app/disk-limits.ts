import { refuse } from '../apply/preflight.ts';
import type { Observed } from '../domain/observed.ts';
import { clusterPool } from '../render/preseed.ts';
import type { Project } from './project.ts';

/** Drivers whose volumes get quotas wherever they lie. Source: LXD's doc/reference/storage_drivers.md, "Storage quotas". */
const withQuotas = ['btrfs', 'zfs', 'lvm', 'ceph'];

/** LXD accepts a size on others too, and says nothing where the file system beneath has no project quotas. */
export async function checkDiskLimits(
  { spec, at, doors }: Pick<Project, 'spec' | 'at' | 'doors'>,
  { cluster, machines }: Observed,
): Promise<void> {
  const limited = spec.services.find(({ limits }) => limits.disk !== undefined);
  if (limited === undefined || cluster === null) return;
  const running = machines.filter(({ joined, state }) => joined && state === 'running');
  await using lxd = await doors.access.connect(running.map(({ address }) => address));
  const pool = await lxd.pools.get(spec.machines.pool ?? clusterPool);
  if (pool === undefined || withQuotas.includes(pool.driver)) return;
  const message = `the storage pool ${pool.name} is of the kind \`${pool.driver}\`, which gives no instance a limit`;
  const hint = 'delete the line, or let the machines have a pool on btrfs or ZFS (`machines.pool`)';
  refuse({ code: 'refused', path: ['services', limited.name, 'limits', 'disk'], message, hint }, at);
}
