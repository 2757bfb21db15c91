import type { Dialect } from '../../domain/dialect.ts';
import type { PoolPlan } from '../../domain/storage.ts';
import type { Obstacle } from '../../ports/provider.ts';
import { clusterPool } from '../../render/preseed.ts';
import type { HostSight, SeenHost } from './look.ts';
import { type Exec, must } from './remote.ts';

type Driver = PoolPlan['driver'];

/** Clones need btrfs: a path where /var/lib is one, else a file, for which the kernel must lend a loop device. */
export function makesClones(sight: HostSight): boolean {
  return hasPath(sight) || sight.storage.loops;
}

/** The snap has mounts of its own, where it keeps its pools: always a file of its. */
export function hasPath({ storage, packaging }: HostSight): boolean {
  return storage.kind === 'btrfs' && packaging === 'deb';
}

/** Of a cluster that is to be made on these hosts: it is the same on all members. */
export function driverFor(hosts: readonly SeenHost[]): Driver {
  return hosts.every(({ sight }) => makesClones(sight)) ? 'btrfs' : 'dir';
}

/** Of the cluster that was made here, and that this host is a member of. */
export async function driverOf(exec: Exec, dialect: Dialect): Promise<Driver> {
  return (await poolDriverOf(exec, dialect, clusterPool)) === 'dir' ? 'dir' : 'btrfs';
}

/** Of any pool of the cluster that this host is a member of. */
export async function poolDriverOf(exec: Exec, { client }: Dialect, pool: string): Promise<string> {
  const argv = ['timeout', '20', client, 'query', `/1.0/storage-pools/${encodeURIComponent(pool)}`];
  return (JSON.parse(await must(exec, argv, { onlyLooks: true })) as { readonly driver: string }).driver;
}

/** Undefined: a path on the host's own btrfs, as on machines that are made. */
export function poolOn(sight: HostSight, driver: Driver): PoolPlan | undefined {
  if (driver === 'dir') return { driver, config: {} };
  if (hasPath(sight)) return undefined;
  const gibibytes = Math.min(30, Math.floor(sight.storage.free / 1024 ** 3 / 1.5));
  return { driver, config: { size: `${Math.max(3, gibibytes)}GiB` } };
}

/** A newcomer that can't have its part of the cluster's pool. */
export function storageObstacle(newcomers: readonly SeenHost[], driver: Driver): Obstacle | undefined {
  const unfit = newcomers.find(({ sight }) => driver === 'btrfs' && !makesClones(sight));
  if (unfit === undefined) return undefined;
  return {
    ...{ code: 'host-lacks', path: ['machines', 'hosts', unfit.name] },
    message: `${unfit.name} has neither btrfs under /var/lib nor a loop device, and the cluster's storage is btrfs`,
    hint: 'let /var/lib/relevo be on btrfs there, or give the container /dev/loop-control and loop devices',
  };
}
