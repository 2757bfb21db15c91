import { refuse } from '../apply/preflight.ts';
import type { Provider } from '../ports/provider.ts';
import type { Project } from './project.ts';

type LimitsOf = Pick<Project, 'spec' | 'at'> & { readonly doors: { readonly provider: Pick<Provider, 'poolDriver'> } };

/** Drivers whose volumes get quotas wherever they lie. Source: LXD's doc/reference/storage_drivers.md, "Storage quotas". */
const withQuotas = ['zfs', 'lvm', 'ceph'];

/**
 * What an instance's disk may have is its pool's affair: `dir` says yes and does nothing, and on btrfs Debian 12's LXD 5.0.2 fails when
 * the instance is made (`btrfs qgroup limit`: invalid qgroupid). The pools that are made here are on btrfs.
 */
export async function checkDiskLimits({ spec, at, doors }: LimitsOf): Promise<void> {
  const limited = spec.services.find(({ limits }) => limits.disk !== undefined);
  if (limited === undefined) return;
  const { provider } = doors;
  const pool = provider.poolDriver === undefined ? undefined : spec.machines.pool; // else one that is made here
  const driver = pool === undefined ? 'btrfs' : await provider.poolDriver?.(pool);
  if (driver === undefined || withQuotas.includes(driver)) return;
  const message = `instances on ${pool === undefined ? 'the pool that is made here' : `the pool ${pool}`} (${driver}) can't be given a limit on disk`;
  const hint =
    'delete the line; hosts that are in an LXD cluster already may have a pool of the kind zfs, lvm or ceph: name it as `machines.pool`';
  refuse({ code: 'refused', path: ['services', limited.name, 'limits', 'disk'], message, hint }, at);
}
