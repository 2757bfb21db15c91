import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { texts } from '../../src/app/vagrant-export.ts';
import { specOf } from '../rig/world.ts';

it('the example’s Vagrantfile is what its file exports', async () => {
  const spec = specOf(readFileSync('examples/miniproyecto/vagrant.yaml', 'utf8'));
  const text = texts({ spec }).find(({ path }) => path === 'Vagrantfile')?.content;
  await expect(String(text)).toMatchFileSnapshot('../../examples/miniproyecto/Vagrantfile');
});
