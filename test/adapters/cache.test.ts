import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageCache } from '../../src/adapters/node/cache.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-cache-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Of so many bytes, used so many days ago. */
function put(name: string, bytes: number, days: number): string {
  const file = join(directory, name);
  writeFileSync(file, 'x'.repeat(bytes));
  const then = Date.now() / 1000 - days * 86_400;
  utimesSync(file, then, then);
  return file;
}

const cache = (limit?: number) => imageCache(nodeSystem(), directory, limit);
const images = () =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.zst'))
    .sort();

describe('the cache of images', () => {
  it('stays below its limit: what was needed longest ago goes first, and what is needed stays', async () => {
    const needed = [put('relevo-old.tar.zst', 40, 90), put('base-debian-12-v2.tar.zst', 40, 90)];
    put('relevo-a.tar.zst', 40, 30);
    put('relevo-b.tar.zst', 40, 20);
    put('base-debian-12-v1.tar.zst', 40, 10);
    put('test-host.tar.zst', 400, 99); // no image of Relevo's
    await cache(130).need('shop', needed);
    expect(images()).toEqual([
      'base-debian-12-v1.tar.zst',
      'base-debian-12-v2.tar.zst',
      'relevo-old.tar.zst',
      'test-host.tar.zst',
    ]);
    await cache(1).need('shop', needed);
    expect(images()).toEqual(['base-debian-12-v2.tar.zst', 'relevo-old.tar.zst', 'test-host.tar.zst']);
  });

  it('keeps all where there is room', async () => {
    put('relevo-a.tar.zst', 40, 30);
    await cache().need('shop', []);
    expect(images()).toEqual(['relevo-a.tar.zst']);
  });

  it('tells what no project needs, until one is forgotten', async () => {
    const [a, b] = [put('relevo-a.tar.zst', 1, 1), put('relevo-b.tar.zst', 2, 1)];
    put('relevo-c.tar.zst', 3, 1);
    await cache().need('shop', [a]);
    await cache().need('blog', [a, b]);
    expect(await cache().unneeded()).toEqual([expect.objectContaining({ name: 'relevo-c.tar.zst', bytes: 3 })]);
    await cache().forget('blog');
    const gone = await cache().unneeded();
    expect(gone.map(({ name }) => name).sort()).toEqual(['relevo-b.tar.zst', 'relevo-c.tar.zst']);
    await cache().remove(gone);
    expect(images()).toEqual(['relevo-a.tar.zst']);
    expect(await cache().list()).toEqual(['relevo-a']);
  });
});
