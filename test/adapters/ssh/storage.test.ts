import { expect, it } from 'vitest';
import type { Hosts } from '../../../src/adapters/ssh/hosts.ts';
import { sightOf } from '../../../src/adapters/ssh/look.ts';
import { type PowerDoors, sshProvider } from '../../../src/adapters/ssh/provider.ts';
import type { Exec } from '../../../src/adapters/ssh/remote.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import { specOf } from '../../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11, beta: 192.0.2.12 }, pool: ssd }
services: { web: { packages: [apache2], port: 80 } }
`);

/** What a host with such a pool tells of it; `daemons`: of `alfa` and `beta`. */
function driverTold(...daemons: readonly string[]) {
  const asked: string[] = [];
  const exec: Exec = async (argv) => {
    asked.push(argv.slice(2).join(' '));
    return { code: 0, stdout: '{"name": "ssd", "driver": "zfs"}', stderr: '', whole: true };
  };
  const look: Hosts['look'] = async (name, { address }) => {
    const own = [{ ifname: 'ens3', addr_info: [{ family: 'inet', local: address, prefixlen: 24 }] }];
    const daemon = daemons[name === 'alfa' ? 0 : 1];
    return { sight: sightOf(`addresses ${JSON.stringify(own)}\nroutes []\nclock 0\ndaemon ${daemon}\n`, 0) };
  };
  const execOn =
    (name: string): Exec =>
    async (argv, options) => {
      asked.push(name);
      return exec(argv, options);
    };
  const hosts = { exec: execOn, look, close: () => {} } as unknown as Hosts;
  const provider = sshProvider(spec, hosts, {} as ClusterAccess, {} as PowerDoors);
  return { asked, driver: provider.poolDriver?.('ssd') };
}

it('a pool that is there already is asked for on a host whose LXD runs, whether or not the project is there', async () => {
  const { asked, driver } = driverTold('inactive', 'active');
  expect([await driver, asked]).toEqual(['zfs', ['beta', 'lxc query /1.0/storage-pools/ssd']]);
});

it('nobody can tell of a pool where no LXD runs', async () => {
  expect(await driverTold('inactive', 'inactive').driver).toBeUndefined();
});
