import { describe, expect, it } from 'vitest';
import type { Project } from '../../src/app/project.ts';
import { type Prunable, prune } from '../../src/app/prune.ts';
import type { CachedFile } from '../../src/ports/cache.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { openGround, quietCache } from '../rig/open-ground.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { specOf, text } from '../rig/world.ts';

/** A project that is up; `unneeded`: what its cache has that no project has said it needs, beside an image of the file's own. */
async function world(unneeded: readonly CachedFile[]) {
  const cluster = await VirtualCluster.after(text);
  const project = cluster.command(text).project;
  const [own = ''] = (await project.doors.cache.list()) as readonly string[];
  const removed: string[] = [];
  const images = [
    { fingerprint: 'f1', aliases: ['base-debian-12'], size: 1 },
    { fingerprint: 'f2', aliases: [own], size: 1 },
    { fingerprint: 'f3', aliases: ['base-debian-11'], size: 2 ** 20 },
  ];
  const lxd = {
    images: { list: async () => images, delete: async (each: string) => void removed.push(each) },
  } as unknown as Lxd;
  const doors: Project['doors'] = {
    ...project.doors,
    provider: {
      ...project.doors.provider,
      observe: async () => ({ ...(await project.doors.provider.observe()), prepared: true }),
      builder: async () => ({ ...openGround, lxd }),
    },
    cache: {
      ...quietCache,
      file: (alias) => `/cache/${alias}`,
      unneeded: async () => [{ name: own, bytes: 1 }, ...unneeded],
      remove: async (files) => void removed.push(...files.map(({ name }) => name)),
    },
  };
  const ended = (consent: (prunable: Prunable) => Promise<void>) =>
    cluster.clock.until(prune({ ...project, spec: specOf(text), doors }, { ask: consent }));
  return { ended, removed };
}

describe('prune', () => {
  it('shows what neither this file nor another project needs, and removes it', async () => {
    const { ended, removed } = await world([{ name: 'relevo-old.tar.zst', bytes: 2 ** 20 }]);
    const shown: Prunable[] = [];
    await ended(async (prunable) => void shown.push(prunable));
    expect(shown.map(({ files, images }) => [files, images.map(({ fingerprint }) => fingerprint)])).toEqual([
      [[{ name: 'relevo-old.tar.zst', bytes: 2 ** 20 }], ['f3']],
    ]);
    expect(removed).toEqual(['relevo-old.tar.zst', 'f3']);
  });

  it('removes nothing where the answer is no', async () => {
    const { ended, removed } = await world([]);
    await expect(ended(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(removed).toEqual([]);
  });
});
