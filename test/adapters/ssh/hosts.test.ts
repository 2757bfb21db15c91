import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Fleet, isJoined, machinesOf, networkOf } from '../../../src/adapters/ssh/fleet.ts';
import { socketParent } from '../../../src/adapters/ssh/hosts.ts';
import { sshMachines } from '../../../src/adapters/ssh/kind.ts';
import { listenerIn, listenerObstacle } from '../../../src/adapters/ssh/listeners.ts';
import { type HostSight, type SeenHost, sightOf } from '../../../src/adapters/ssh/look.ts';
import { hostObstacles } from '../../../src/adapters/ssh/preflight.ts';
import type { HostRecord } from '../../../src/adapters/ssh/record.ts';
import type { Failure } from '../../../src/domain/failure.ts';
import type { Process } from '../../../src/ports/process.ts';
import { specOf } from '../../rig/world.ts';

const text = `version: 1
name: shop
machines:
  provider: ssh
  hosts: { alfa: 192.0.2.11, beta: { address: 192.0.2.12, user: admin } }
services:
  web: { packages: [apache2], port: 80, replicas: 2 }
balancer: { replicas: 2, vip: 192.0.2.10, addresses: [192.0.2.20, 192.0.2.21], publish: 80 }
`;
const spec = specOf(text);
const addresses = ['192.0.2.10', '192.0.2.20', '192.0.2.21'];

/** What a host that has nothing of ours says. */
function lines(address: string, change: Readonly<Record<string, string>> = {}): string {
  const link = { ifname: 'ens3', addr_info: [{ family: 'inet', local: address, prefixlen: 24 }] };
  const said = {
    ...{ system: 'debian 12', kernel: '6.1.0-35-amd64', ids: '4294967295', broken: '' },
    clock: '1700000000',
    addresses: JSON.stringify([
      { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
      link,
    ]),
    routes: JSON.stringify([{ dst: 'default', gateway: '192.0.2.1', dev: 'ens3' }]),
    record: '',
    listens: 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))',
    storage: `ext2/ext3 ${20 * 1024 ** 3}`,
    ...change,
  };
  return Object.entries(said)
    .map(([key, value]) => `${key} ${value}`)
    .join('\n');
}

const sight = (address: string, change: Partial<HostSight> = {}): HostSight => ({
  ...sightOf(lines(address), 1_700_000_000),
  ...change,
});

const record = (name: string, change: Partial<HostRecord> = {}): HostRecord => ({
  ...{ project: 'shop', name, hosts: spec.machines.ways ?? {}, addresses, members: ['alfa', 'beta'] },
  ...change,
});

describe('what a host says', () => {
  it('is read', () => {
    const member = lines('192.0.2.11', {
      record: Buffer.from(JSON.stringify(record('alfa'))).toString('base64'),
      daemon: 'active',
      clustered: 'yes',
      storage: 'btrfs 1000',
      booted: '1699999940',
    });
    expect(sightOf(`${member}\n`, 1_699_999_998)).toEqual({
      ...{ system: 'debian 12', kernel: '6.1.0-35-amd64', ids: 4_294_967_295, broken: [] },
      ...{
        clock: 1_700_000_000,
        ahead: 2,
        upFor: 60,
        daemon: 'running',
        contents: [],
        fixed: [],
        listeners: [{ port: 22, program: 'sshd' }],
        packaging: 'deb',
        snapd: false,
        store: [],
      },
      interfaces: [
        { name: 'lo', address: '127.0.0.1', prefixLength: 8 },
        { name: 'ens3', address: '192.0.2.11', prefixLength: 24, gateway: '192.0.2.1' },
      ],
      record: record('alfa'),
      clustered: true,
      storage: { kind: 'btrfs', free: 1000, loops: false },
    });
  });
});

describe('who listens on a host', () => {
  it.each([
    ['0.0.0.0:10050', [10_050]],
    ['[::]:80', [80]],
    ['*:9100', [9100]],
    ['[fe80::1]%ens3:546', [546]],
    ['127.0.0.1:11211', []],
    ['127.0.0.53%lo:53', []],
    ['[::1]:631', []],
    ['[::ffff:127.0.0.1]:8005', []],
  ])('is known by its port, where others reach it: %s', (address, ports) => {
    const line = `LISTEN 0      4096   ${address}    0.0.0.0:*    users:(("some server",pid=7,fd=3),("other",pid=8,fd=3))`;
    expect(listenerIn(line)).toEqual(ports.map((port) => ({ port, program: 'some server' })));
  });

  it('is in no instance’s way beyond the slots that the file takes, nor on a member', () => {
    const on = (port: number, change: Partial<HostSight> = {}): SeenHost[] => [
      {
        name: 'beta',
        address: '192.0.2.12',
        sight: sight('192.0.2.12', { listeners: [{ port, program: '' }], ...change }),
      },
    ];
    const told = (hosts: readonly SeenHost[]) => listenerObstacle(spec, hosts)?.message;
    expect(told(on(20_001))).toBe('port 20001 of beta is in use by another program, and would lead to an instance');
    expect([
      told(on(20_009)),
      told(on(20_000)),
      told(on(30_001)),
      told(on(20_001, { record: record('beta') })),
    ]).toEqual([...[undefined, undefined, undefined, undefined]]);
  });
});

describe('hosts that the file can’t be made real on', () => {
  const beta = (change: Partial<HostSight>, address = '192.0.2.12'): SeenHost[] => [
    { name: 'alfa', address: '192.0.2.11', sight: sight('192.0.2.11') },
    { name: 'beta', address: '192.0.2.12', sight: sight(address, change) },
  ];
  const said = (hosts: readonly SeenHost[], wanted = spec) =>
    hostObstacles(wanted, hosts).map(({ path, message }) => `${path.join('.')}: ${message}`);

  const at = (port: number) => [{ port, program: 'nginx' }];

  it('are none where all is well, also where LXD is there and empty', () => {
    expect(said(beta({}))).toEqual([]);
    expect(said(beta({ daemon: 'running' }))).toEqual([]);
    expect(
      said(
        beta({
          daemon: 'running',
          record: record('beta'),
          clustered: true,
          listeners: at(8443),
          drops: { by: 'other' },
        }),
      ),
    ).toEqual([]);
  });

  const other = (change: Partial<HostRecord>) => ({ record: record('beta', change) });
  const cases: [what: string, hosts: SeenHost[], message: RegExp][] = [
    ['another system', beta({ system: 'fedora 41' }), /^machines\.hosts\.beta: beta runs fedora 41/],
    [
      'another release',
      beta({ system: 'debian 13' }),
      /^machines\.hosts\.beta: beta runs debian 13, and alfa debian 12/,
    ],
    ['an address that is not its own', beta({}, '192.0.2.99'), /192\.0\.2\.12 is no address of beta itself/],
    ['another project', beta(other({ project: 'blog' })), /beta belongs to the project blog/],
    ['another name', beta(other({ name: 'gamma' })), /beta is known as gamma already/],
    ['another address', beta(other({ hosts: { beta: { address: '192.0.2.9' } } })), /has been a host at 192\.0\.2\.9/],
    ['an old kernel', beta({ kernel: '4.19.0-6' }), /the kernel of beta, 4\.19\.0-6, is older than 5\.4/],
    ['few ids', beta({ ids: 65_536 }), /only 65536 user ids exist on beta/],
    ['half an LXD', beta({ broken: ['lxd'] }), /packages on beta are half installed: lxd/],
    ['a cluster', beta({ clustered: true }), /LXD on beta is in a cluster already/],
    [
      'an LXD that says nothing',
      beta({ daemon: 'stopped', unread: 'it does not answer within 25 s' }),
      /what LXD on beta has in it is not known: it does not answer/,
    ],
    ['an LXD in use', beta({ contents: ['instance db'] }), /LXD on beta is in use: instance db/],
    ['a port that is taken', beta({ listeners: at(8443) }), /port 8443 of beta is taken/],
    ['a published port', beta({ listeners: at(80) }), /^balancer\.publish: port 80 of beta is in use/],
    [
      'no space',
      beta({ storage: { kind: 'xfs', free: 1024 ** 3, loops: true } }),
      /beta has 1\.0 GiB free under \/var\/lib/,
    ],
    ['Docker’s firewall', beta({ drops: { by: 'docker' } }), /instances on beta could reach nobody: Docker drops/],
    ['a firewall', beta({ deaf: { by: 'ufw' } }), /instances on beta would get no address: ufw drops/],
    ['a program on an instance’s port', beta({ listeners: at(20_003) }), /port 20003 of beta is in use by nginx, and/],
    ['one on an agent’s', beta({ listeners: at(10_008) }), /port 10008 of beta is in use by nginx, and/],
    [
      'settings that stay',
      beta({ fixed: ['kernel.keys.maxkeys is 200, and must be 2000'] }),
      /settings of beta are too low, and can't be raised from there: kernel\.keys\.maxkeys is 200/,
    ],
    ['a clock', beta({ ahead: 3600 }), /the clock of beta differs from alfa's by 3600 s/],
    [
      'another interface',
      beta({ interfaces: [{ name: 'eno1', address: '192.0.2.12', prefixLength: 24 }] }),
      /the network's interface is eno1 on beta, and ens3 on alfa/,
    ],
    [
      'another network',
      beta({ interfaces: [{ name: 'ens3', address: '192.0.2.12', prefixLength: 28 }] }),
      /beta is on 192\.0\.2\.0\/28, and alfa on 192\.0\.2\.0\/24/,
    ],
  ];

  it.each(cases)('%s', (_, hosts, message) => {
    expect(said(hosts)[0]).toMatch(message);
  });

  it('are told of clocks that are all wrong, or right, against this computer’s; not of members’', () => {
    const late = (change: Partial<HostSight> = {}): SeenHost[] =>
      ['192.0.2.11', '192.0.2.12'].map((address, index) => {
        const name = ['alfa', 'beta'][index] as string;
        return { name, address, sight: sight(address, { ahead: 7200, ...change }) };
      });
    expect(said(late())).toEqual([
      "machines.hosts.alfa: the clock of alfa says 2023-11-14 22:13:20 UTC, and this computer's 2023-11-14 20:13:20 UTC: certificates would not be valid yet",
    ]);
    expect(said(late({ ahead: 20 }))).toEqual([]);
    const members = late().map((each) => ({ ...each, sight: { ...each.sight, record: record(each.name) } }));
    expect(said(members)).toEqual([]);
  });

  it.each([
    ['192.0.2.1', 'the gateway'],
    ['192.0.3.10', 'elsewhere'],
    ['192.0.2.255', 'broadcast'],
  ])('%s is no address for users: %s', (vip) => {
    const wanted = specOf(text.replace('vip: 192.0.2.10', `vip: ${vip}`));
    expect(said(beta({}), wanted)).toEqual([
      `balancer.vip: ${vip} is no free address of the hosts' network 192.0.2.0/24`,
    ]);
  });
});

describe('a file that hosts over SSH can’t follow', () => {
  const { refuses } = sshMachines({ env: { HOME: '/home/op' } } as unknown as Process);
  const oneBalancer = text.replace('replicas: 2, vip', 'vip');
  const complaint = (file: string) => refuses(specOf(file))?.path.join('.');

  it.each([
    ['no addresses of hosts', text.replace(/hosts: \{.*\}/, 'hosts: [alfa, beta]'), 'machines.hosts'],
    ['addresses, and no vip', text.replace('vip: 192.0.2.10, ', ''), 'balancer.addresses'],
    ['no shared address', text.replace(/vip: 192.0.2.10, addresses: \[.*?\], /, ''), undefined],
    ['a link, and no vip', text.replace(/vip: 192.0.2.10, addresses: \[.*?\], /, 'link: routed, '), 'balancer.link'],
    ['no addresses of balancers', text.replace('addresses: [192.0.2.20, 192.0.2.21], ', ''), 'balancer.addresses'],
    ['too few', text.replace(', 192.0.2.21]', ']'), 'balancer.addresses'],
    ['one balancer, one address', oneBalancer.replace(', 192.0.2.21]', ']'), 'balancer.addresses'],
    ['one balancer, two addresses', oneBalancer, undefined],
    ['all of it', text, undefined],
  ])('%s', (_, file, path) => {
    expect(complaint(file)).toBe(path);
  });

  it('has its directories by XDG', () => {
    const of = (env: Record<string, string>) => sshMachines({ env } as unknown as Process).directories;
    expect(of({ HOME: '/home/op' })).toEqual({
      state: '/home/op/.local/state/relevo',
      cache: '/home/op/.cache/relevo',
      locks: '/home/op/.local/state/relevo/.locks',
    });
    expect(of({ XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c', XDG_RUNTIME_DIR: '/run/user/7' })).toEqual({
      state: '/s/relevo',
      cache: '/c/relevo',
      locks: '/s/relevo/.locks',
    });
  });
});

describe('sockets', () => {
  const home = mkdtempSync('/tmp/rlv-run-'); // 0700
  afterAll(() => rmSync(home, { recursive: true }));
  const made = (name: string, mode: number) => {
    const path = join(home, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  };

  it('are in the directory of the login where it is ours alone, and their names fit into it', () => {
    expect(socketParent(home)).toBe(home);
    const others = [
      undefined,
      '',
      join(home, 'gone'),
      made('open', 0o755),
      made('x'.repeat(60), 0o700),
      process.execPath,
    ];
    expect(others.map(socketParent)).toEqual(others.map(() => '/tmp'));
    if (process.getuid?.() !== 0) return;
    const foreign = made('foreign', 0o700);
    chownSync(foreign, 1, 1);
    expect(socketParent(foreign)).toBe('/tmp');
  });
});

describe('a host that does not answer', () => {
  const silence: Failure = { code: 'unreachable', message: 'beta does not answer' };
  const fleet = (members: readonly string[], change: Partial<HostSight> = {}): Fleet => ({
    hosts: [
      {
        ...{ name: 'alfa', spec: { address: '192.0.2.11' }, inFile: true },
        known: {
          sight: sight('192.0.2.11', {
            record: record('alfa', { members }),
            daemon: 'running',
            clustered: true,
            ...change,
          }),
        },
      },
      { name: 'beta', spec: { address: '192.0.2.12' }, inFile: true, known: { silence } },
    ],
    members: new Set(members),
  });

  it('is unknown, and a member where the others know it as one', () => {
    const both = fleet(['alfa', 'beta']);
    expect(machinesOf(both, 'shop')).toEqual([
      { name: 'alfa', address: '192.0.2.11', joined: true, state: 'running' },
      { name: 'beta', address: '192.0.2.12', joined: true, state: 'unknown' },
    ]);
    const alone = fleet(['alfa']);
    expect(alone.hosts.map((host) => isJoined(host, alone))).toEqual([true, false]);
  });

  it('leaves the network to the others', () => {
    expect(networkOf(fleet(['alfa']), spec.balancer, 'routed')).toEqual({
      ...{ prefixLength: 24, gateway: '192.0.2.1', interface: 'ens3', shared: '192.0.2.10', link: 'routed' },
      balancers: ['192.0.2.20', '192.0.2.21'],
      machines: [
        { name: 'alfa', address: '192.0.2.11' },
        { name: 'beta', address: '192.0.2.12' },
      ],
    });
    const silent: Fleet = { hosts: fleet([]).hosts.slice(1), members: new Set() };
    expect(() => networkOf(silent, spec.balancer, 'routed')).toThrow('beta does not answer');
  });

  it('is not a member before its join was completed; one whose LXD was stopped is off', () => {
    const half = fleet([], { clustered: true });
    expect(machinesOf(half, 'shop')[0]).toMatchObject({ joined: false, state: 'running' });
    const off = fleet(['alfa'], { daemon: 'stopped' });
    expect(machinesOf(off, 'shop')[0]).toMatchObject({ joined: true, state: 'stopped' });
    const anew = fleet(['alfa'], { clustered: false });
    expect(machinesOf(anew, 'shop')[0]).toMatchObject({ joined: false });
  });
});
