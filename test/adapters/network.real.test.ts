import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeName, freeNetwork } from '../../src/adapters/local/network.ts';
import { localProvider } from '../../src/adapters/local/provider.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { remains } from '../rig/remains.ts';

const project = 'relevo-stale';
const socket = `${process.env['LXD_DIR']}/unix.socket`;
const bridge = bridgeName(project, socket);
const system = nodeSystem();
const subnet = (third: number) => `198.18.${third}`;

function ip(...words: string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

describe('what a killed LXD left in the kernel', () => {
  let lxd: Lxd;

  /** A bridge that is down and keeps its address, with one end of a cable in it. */
  beforeAll(async () => {
    lxd = connectLxd({ socket });
    for (const left of [bridge, 'rlvtest0']) spawnSync('ip', ['link', 'delete', left]); // an earlier run was killed
    const third = Number((await freeNetwork(3, lxd, system)).split('.')[2]);
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('address', 'add', `${subnet(third)}.1/24`, 'dev', bridge);
    ip('link', 'add', 'rlvtest0', 'type', 'veth', 'peer', 'name', 'rlvtest1');
    ip('link', 'set', 'rlvtest0', 'master', bridge);
    expect(await freeNetwork(3, lxd, system)).not.toBe(`${subnet(third)}.1/24`);
  });

  afterAll(() => lxd.close());

  it('is removed where it is in the way, and by destroy', async () => {
    const provider = localProvider(
      { name: project, machines: { provider: 'local', hosts: [], image: '' } },
      socket,
      lxd,
      system,
    );
    await provider.prepare();
    expect(await provider.observe()).toMatchObject({ prepared: true, machines: [] });
    await provider.destroy(() => {});
    expect(remains(project)).toEqual([]);
    expect(spawnSync('ip', ['link', 'show', 'rlvtest0']).status).not.toBe(0);
    ip('link', 'add', bridge, 'type', 'bridge');
    await provider.destroy(() => {});
    expect(remains(project)).toEqual([]);
  });
});
