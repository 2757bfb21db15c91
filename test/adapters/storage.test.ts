import { describe, expect, it } from 'vitest';
import { localNames } from '../../src/adapters/local/names.ts';
import { clusterPoolIn, makePool, poolHere, poolObstacle, storageNotes } from '../../src/adapters/local/storage.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { System } from '../../src/ports/system.ts';

/** A host that lends loop devices or does not, with /var/lib on this file system. */
function host(loops: boolean, kind: string): System {
  const run = async ([program]: readonly string[]) =>
    program === 'sh' ? { code: loops ? 0 : 1, stdout: '', stderr: '' } : { code: 0, stdout: `${kind}\n`, stderr: '' };
  return { run, files: { makeDirectory: async () => {} } } as unknown as System;
}

/** An LXD with one pool; `made` collects what is created. */
function lxd(pool?: { name: string; driver: string }) {
  const made: unknown[][] = [];
  const pools = {
    get: async (name: string) => (pool?.name === name ? pool : undefined),
    create: async (...given: unknown[]) => void made.push(given),
  };
  return { made, root: { pools } as unknown as Lxd };
}

const own = localNames('shop', '/socket');
const foreign = localNames('shop', '/socket', 'tank');

describe('storage of machines on this host', () => {
  it.each([
    ['a file where loop devices are lent', host(true, 'ext2/ext3'), { driver: 'btrfs', config: { size: '30GiB' } }],
    [
      'a path where there is a btrfs',
      host(false, 'btrfs'),
      { driver: 'btrfs', config: { source: `/var/lib/relevo/pools/${own.network}` } },
    ],
    ['whole copies else', host(false, 'overlayfs'), { driver: 'dir', config: {} }],
  ])('is %s', async (_, system, plan) => {
    expect(await poolHere(system, own.network)).toEqual(plan);
    const { made, root } = lxd();
    await makePool(root, own, system);
    expect(made).toEqual([['relevo-shop', plan.driver, plan.config]]);
    expect(await storageNotes(root, own, system)).toHaveLength(plan.driver === 'dir' ? 1 : 0);
  });

  it('is somebody’s pool where the file names one, which must be there', async () => {
    const { made, root } = lxd({ name: 'tank', driver: 'zfs' });
    await makePool(root, foreign, host(true, 'xfs'));
    expect(made).toEqual([]);
    expect(await poolObstacle(root, foreign)).toBeUndefined();
    expect(await poolObstacle(lxd().root, foreign)).toMatchObject({ code: 'not-found', path: ['machines', 'pool'] });
  });

  it('decides what the cluster inside can have', async () => {
    const inside = (driver: string) => clusterPoolIn(lxd({ name: 'relevo-shop', driver }).root, own);
    expect([await inside('btrfs'), await inside('dir'), await inside('zfs')]).toEqual([
      undefined,
      { driver: 'dir', config: {} },
      { driver: 'dir', config: {} },
    ]);
  });
});
