import { expect, it } from 'vitest';
import { freeNetwork } from '../../src/adapters/local/network.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { System } from '../../src/ports/system.ts';

/** A host with these addresses on interfaces, and an LXD with networks of these. */
function free(machines: number, interfaces: string[], networks: string[]): Promise<string> {
  const shown = interfaces.map((each) => {
    const [local, prefixlen] = each.split('/');
    return { addr_info: [{ local, prefixlen: Number(prefixlen) }] };
  });
  const run = async () => ({ code: 0, stdout: JSON.stringify([{}, { addr_info: [{}] }, ...shown]), stderr: '' });
  const list = async () => networks.map((cidr) => ({ config: { 'ipv4.address': cidr } }));
  return freeNetwork(machines, { networks: { list } } as unknown as Lxd, { run } as unknown as System);
}

it.each([
  [3, [], [], '198.18.1.1/24'],
  [3, ['198.18.1.7/24'], ['198.18.2.1/24', 'none', '10.0.0.1/8'], '198.18.3.1/24'],
  [3, ['198.18.4.1/22'], ['198.18.1.1/24', '198.18.2.1/23'], '198.18.8.1/24'],
  [300, ['198.18.3.1/24'], [], '198.18.4.1/23'],
  // fake addresses of some VPN clients: less specific than ours
  [3, ['198.18.0.1/16', '198.18.1.1/15'], [], '198.18.2.1/24'],
])('for %i machines beside %j and %j: %s', async (machines, interfaces, networks, expected) => {
  expect(await free(machines, interfaces, networks)).toBe(expected);
});

it('says so where none is left', async () => {
  const all = Array.from({ length: 256 }, (_, third) => `198.18.${third}.1/24`);
  await expect(free(3, all, [])).rejects.toThrow('no free /24 is left in 198.18.0.0/16');
});
