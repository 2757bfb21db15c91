import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterAccess } from '../../src/adapters/node/access.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';

const nobody = () => {
  throw new Error('nobody connects');
};

it('a secret is written down when it is kept, and not before', async () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'relevo-access-')), 'shop');
  const access = () => clusterAccess('shop', directory, nodeSystem(), nobody);
  const own = access();
  const secret = (await own.secret('stats.password')).reveal();
  expect((await own.secret('stats.password')).reveal()).toBe(secret);
  expect((await access().secret('stats.password')).reveal()).not.toBe(secret);
  expect(existsSync(directory)).toBe(false);
  await own.keepSecrets();
  expect((await access().secret('stats.password')).reveal()).toBe(secret);
  expect(statSync(join(directory, 'stats.password')).mode & 0o777).toBe(0o600);
  rmSync(join(directory, '..'), { recursive: true });
});
