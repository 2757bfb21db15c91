import type { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askNeighbour, reach, stranger } from '../../../src/adapters/ssh/addresses.ts';
import type { Hosts } from '../../../src/adapters/ssh/hosts.ts';
import { sightOf } from '../../../src/adapters/ssh/look.ts';
import { type PowerDoors, sshProvider } from '../../../src/adapters/ssh/provider.ts';
import type { HostRecord } from '../../../src/adapters/ssh/record.ts';
import type { Exec } from '../../../src/adapters/ssh/remote.ts';
import type { Link } from '../../../src/domain/network.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import { specOf } from '../../rig/world.ts';

const file = (balancer: string, hosts = 'alfa: 192.0.2.11, beta: 192.0.2.12') => `version: 1
name: shop
machines: { provider: ssh, hosts: { ${hosts} } }
services: { web: { packages: [apache2], port: 80 } }
balancer: { replicas: ${hosts.includes('beta') ? 2 : 1}, ${balancer} publish: 80 }
`;
const shared = 'vip: 192.0.2.10, addresses: [192.0.2.20, 192.0.2.21],';

/** A network: what a stranger's frames come to, whether an interface can be added, and which addresses somebody has. */
interface Net {
  readonly carries?: 'all' | 'what it says' | 'nothing';
  readonly adds?: boolean;
  readonly taken?: readonly string[];
  /** What the hosts remember. */
  readonly link?: Link;
}

/** Hosts that answer the scripts of a trial as on such a network; `tried`: the addresses that strangers had. */
function on(text: string, { carries = 'all', adds = true, taken = [], link }: Net) {
  const spec = specOf(text);
  const tried: string[] = [];
  const exec: Exec = async (argv, options = {}) => {
    const [, , script, , first = '', second = ''] = argv;
    const done = (stdout: string, code = 0) => ({ code, stdout, stderr: '', whole: true });
    if (script === askNeighbour)
      return done(taken.includes(first) || (carries !== 'nothing' && tried.includes(`${first}/24`)) ? '02:72:1' : '');
    if (script === reach) return done(carries === 'all' ? 'yes\n' : '');
    expect(script).toBe(stranger);
    if (!adds) return done('', 2);
    tried.push(second);
    options.onLine?.('up', 'stdout');
    for await (const _ of options.stdin as PassThrough) expect(_).toBe('nothing is sent');
    return done('');
  };
  const record = (name: string): HostRecord => ({
    ...{ project: 'shop', name, hosts: {}, addresses: [], members: [] },
    ...(link && { link }),
  });
  const look: Hosts['look'] = async (name, { address }) => {
    const own = [{ ifname: 'ens3', addr_info: [{ family: 'inet', local: address, prefixlen: 24 }] }];
    const remembered = link === undefined ? '' : Buffer.from(JSON.stringify(record(name))).toString('base64');
    return { sight: sightOf(`addresses ${JSON.stringify(own)}\nroutes []\nclock 0\nrecord ${remembered}`, 0) };
  };
  const hosts = { exec: () => exec, look, close: () => {} } as unknown as Hosts;
  const provider = sshProvider(spec, hosts, {} as ClusterAccess, {} as PowerDoors);
  const decide = async () => (await provider.decide?.())?.link;
  return { tried, decide, seen: async () => (await provider.observe()).network.link };
}

describe('how balancers are on the network of hosts over SSH', () => {
  it.each<[string, Net, Link]>([
    ['carries strangers', {}, 'macvlan'],
    ['drops what strangers send', { carries: 'nothing' }, 'routed'],
    ['drops what is for strangers', { carries: 'what it says' }, 'routed'],
    ['takes no second hardware address', { adds: false }, 'routed'],
  ])('is tried out once, where it %s', async (_, net, link) => {
    const { decide, seen, tried } = on(file(shared), net);
    expect([await decide(), await seen(), await decide()]).toEqual([link, link, undefined]);
    expect(tried).toEqual(net.adds === false ? [] : ['192.0.2.20/24']);
  });

  it.each<[string, string, Net, Link]>([
    ['as the hosts remember', file(shared), { link: 'routed' }, 'routed'],
    [
      'as the hosts remember, although it drops strangers by now',
      file(shared),
      { link: 'macvlan', carries: 'nothing' },
      'macvlan',
    ],
    ['by name', file(`link: routed, ${shared}`), { link: 'macvlan' }, 'routed'],
  ])('is %s, and not tried', async (_, text, net, link) => {
    const { decide, seen, tried } = on(text, net);
    expect([await decide(), await seen(), tried]).toEqual([undefined, link, []]);
  });

  it('is what works everywhere where there is nobody to try it with', async () => {
    const alone = on(file(shared, 'alfa: 192.0.2.11'), {});
    expect([await alone.decide(), await alone.seen(), alone.tried]).toEqual(['routed', 'routed', []]);
  });

  it('is not asked where they share no address', async () => {
    const { decide, tried } = on(file(''), {});
    expect([await decide(), tried]).toEqual([undefined, []]);
  });

  it('is refused by name where it does not work, and tried with an address that nobody has', async () => {
    const named = (net: Net) => on(file(`link: macvlan, ${shared}`), net);
    const works = named({ taken: ['192.0.2.20'], link: 'routed' });
    expect([await works.decide(), works.tried]).toEqual([undefined, ['192.0.2.21/24']]);
    await expect(named({ carries: 'nothing' }).decide()).rejects.toMatchObject({ failure: { code: 'refused' } });
    await expect(named({ adds: false }).decide()).rejects.toThrow('no interface can be added beside ens3');
    const full = named({ taken: ['192.0.2.20', '192.0.2.21'], link: 'routed' });
    await expect(full.decide()).rejects.toThrow('all addresses are in use');
  });
});
