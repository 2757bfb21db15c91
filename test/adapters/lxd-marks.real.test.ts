import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import type { LxdChange } from '../../src/ports/lxd.ts';

const socket = `${process.env['LXD_DIR']}/unix.socket`;
const root = connectLxd({ socket });
const lxd = root.project('relevo-marks');
const directory = mkdtempSync(join(tmpdir(), 'relevo-marks-'));
const system = nodeSystem();
let target = '';

/** An image that carries nothing but marks. */
beforeAll(async () => {
  await root.projects.create('relevo-marks', { 'features.images': 'true' });
  await system.files.write(join(directory, 'metadata.yaml'), 'architecture: x86_64\ncreation_date: 1\n', 0o644);
  await system.files.makeDirectory(join(directory, 'rootfs'), 0o755);
  const file = join(directory, 'image.tar');
  await system.run(['tar', '-C', directory, '-cf', file, 'metadata.yaml', 'rootfs']);
  target = await lxd.images.upload(file, 'image');
});

afterAll(async () => {
  await lxd.images.delete(target);
  await root.projects.delete('relevo-marks');
  await root.close();
  rmSync(directory, { recursive: true });
});

it('of many who swap what they read, exactly one does', async () => {
  await lxd.images.createAlias({ name: 'lease', target, description: 'nobody' });
  const read = await lxd.images.readAlias('lease');
  expect(read).toMatchObject({ name: 'lease', target, description: 'nobody' });
  const etag = read?.etag ?? '';
  expect(lxd.images.etagOf({ name: 'lease', target, description: 'nobody' })).toBe(etag);
  const swapped = await Promise.all(
    Array.from({ length: 50 }, (_, n) => lxd.images.swapAlias({ name: 'lease', target, description: `${n}` }, etag)),
  );
  expect(swapped.filter(Boolean)).toHaveLength(1);
  expect((await lxd.images.readAlias('lease'))?.description).toBe(String(swapped.indexOf(true)));
  await lxd.images.deleteAlias('lease');
  expect(await lxd.images.swapAlias({ name: 'lease', target, description: 'gone' }, etag)).toBe(false);
});

it('changes are told, after a gap', async () => {
  const heard: LxdChange[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = lxd.changes((change) => {
    heard.push(change);
    if (change.kind === 'gap') void lxd.images.createAlias({ name: 'heard', target, description: '' });
    else resolve();
  });
  await promise;
  const source = expect.stringContaining('/1.0/images/aliases/heard');
  expect(heard).toEqual([{ kind: 'gap' }, { kind: 'event', action: 'image-alias-created', source }]);
});
