import { expect, it } from 'vitest';
import type { Hosts } from '../../../src/adapters/ssh/hosts.ts';
import { sightOf } from '../../../src/adapters/ssh/look.ts';
import { type PowerDoors, sshProvider } from '../../../src/adapters/ssh/provider.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import { specOf } from '../../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11 } }
services: { web: { packages: [apache2], port: 80 } }
`);

/** A member, and what it says beyond. */
async function isPrepared(line: string): Promise<boolean> {
  const record = { project: 'shop', name: 'alfa', hosts: spec.machines.ways, addresses: [], members: ['alfa'] };
  const link = [{ ifname: 'ens3', addr_info: [{ local: '192.0.2.11', prefixlen: 24 }] }];
  const text = `addresses ${JSON.stringify(link)}
record ${Buffer.from(JSON.stringify(record)).toString('base64')}
daemon active
clustered yes
${line}
`;
  const look: Hosts['look'] = async () => ({ sight: sightOf(text, 0) });
  const hosts = { look, close: () => {} } as unknown as Hosts;
  await using provider = sshProvider(spec, hosts, {} as ClusterAccess, {} as PowerDoors);
  return (await provider.observe()).prepared;
}

it('a host of a destroy that was broken off is prepared again, which takes back what was agreed on', async () => {
  expect([await isPrepared(''), await isPrepared('agreed')]).toEqual([true, false]);
});
