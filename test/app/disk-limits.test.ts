import { describe, expect, it } from 'vitest';
import { checkDiskLimits } from '../../src/app/disk-limits.ts';
import { loadSpec } from '../../src/spec/load.ts';

function load(machines: string) {
  const text = `version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11 }${machines} }
services: { web: { packages: [apache2], port: 80, limits: { disk: 2GiB } } }
`;
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded;
}

function check(machines: string, driver: string | undefined) {
  const { spec, at } = load(machines);
  const asked: string[] = [];
  const poolDriver = async (pool: string) => {
    asked.push(pool);
    return driver;
  };
  return { asked, done: checkDiskLimits({ spec, at, doors: { provider: { poolDriver } } }) };
}

describe('a limit on disk', () => {
  it.each(['dir', 'btrfs'])(
    'is refused on a pool of the kind %s, also before the project is in the cluster',
    async (kind) => {
      const { asked, done } = check(', pool: ssd', kind);
      await expect(done).rejects.toMatchObject({ failure: { code: 'refused', diagnostics: [{ line: 4 }] } });
      await expect(done).rejects.toThrow(`instances on the pool ssd (${kind}) can't be given a limit on disk`);
      expect(asked).toEqual(['ssd']);
    },
  );

  it.each(['zfs', 'lvm', 'ceph'])('is taken on a pool of the kind %s', (kind) => check(', pool: ssd', kind).done);

  it('is taken where no machine can tell of the pool', () => check(', pool: ssd', undefined).done);

  it('is refused where the pool is made here', async () => {
    const { asked, done } = check('', 'zfs');
    await expect(done).rejects.toThrow('the pool that is made here (btrfs)');
    expect(asked).toEqual([]);
  });

  it('is refused on a pool that machines lie in, in which instances get one of their own', async () => {
    const { spec, at } = load(', pool: ssd');
    await expect(checkDiskLimits({ spec, at, doors: { provider: {} } })).rejects.toThrow('the pool that is made here');
  });
});
