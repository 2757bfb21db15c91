import { refuse } from '../apply/preflight.ts';
import type { Observed } from '../domain/observed.ts';
import { poolOf } from '../plan/desire.ts';
import type { Project } from './project.ts';

/** Drivers whose volumes get quotas wherever they lie. Source: LXD's doc/reference/storage_drivers.md, "Storage quotas". */
const withQuotas = ['zfs', 'lvm', 'ceph'];

/**
 * What an instance's disk may have is its pool's affair: `dir` says yes and does nothing, and on btrfs Debian 12's LXD 5.0.2 fails when
 * the instance is made (`btrfs qgroup limit`: invalid qgroupid). The pools that are made here are on btrfs.
 */
export async function checkDiskLimits(
  { spec, at, doors }: Pick<Project, 'spec' | 'at' | 'doors'>,
  { cluster, machines }: Observed,
): Promise<void> {
  const limited = spec.services.find(({ limits }) => limits.disk !== undefined);
  const pool = poolOf(spec.machines) === spec.machines.pool ? spec.machines.pool : undefined; // else one that is made here
  if (limited === undefined || (pool !== undefined && cluster === null)) return;
  const running = machines.filter(({ joined, state }) => joined && state === 'running');
  const driver = pool === undefined ? 'btrfs' : await driverOf(pool, doors, running);
  if (driver === undefined || withQuotas.includes(driver)) return;
  const message = `instances on ${pool === undefined ? 'the pool that is made here' : `the pool ${pool}`} (${driver}) can't be given a limit on disk`;
  const hint =
    'delete the line; hosts that are in an LXD cluster already may have a pool of the kind zfs, lvm or ceph: name it as `machines.pool`';
  refuse({ code: 'refused', path: ['services', limited.name, 'limits', 'disk'], message, hint }, at);
}

async function driverOf(
  pool: string,
  { access }: Pick<Project['doors'], 'access'>,
  machines: readonly { readonly address: string }[],
): Promise<string | undefined> {
  await using lxd = await access.connect(machines.map(({ address }) => address));
  return (await lxd.pools.get(pool))?.driver;
}
