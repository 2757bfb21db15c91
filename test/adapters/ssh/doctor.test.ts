import { beforeEach, describe, expect, it } from 'vitest';
import { askNeighbour } from '../../../src/adapters/ssh/addresses.ts';
import { examineHosts, mendHosts } from '../../../src/adapters/ssh/doctor.ts';
import { examine, mendScripts } from '../../../src/adapters/ssh/examine.ts';
import type { Hosts, Known } from '../../../src/adapters/ssh/hosts.ts';
import { type HostSight, lookScript } from '../../../src/adapters/ssh/look.ts';
import { echo, listen } from '../../../src/adapters/ssh/probe.ts';
import type { Exec } from '../../../src/adapters/ssh/remote.ts';
import { RelevoError } from '../../../src/domain/failure.ts';
import type { ExecOptions, ExecResult } from '../../../src/ports/lxd.ts';
import { specOf } from '../../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11, beta: 192.0.2.12 } }
services: { web: { packages: [apache2], port: 80 } }
balancer: { vip: 192.0.2.10, addresses: [192.0.2.20, 192.0.2.21] }
`);

const sight = (address: string): HostSight => ({
  ...{
    kernel: '6.1.0-35-amd64',
    ids: 4_294_967_295,
    broken: [],
    system: 'debian 12',
    clock: 1_700_000_000,
    ahead: 0,
    daemon: 'absent',
    clustered: false,
    packaging: 'deb',
    snapd: false,
    store: [],
    contents: [],
    fixed: [],
    listeners: [],
  },
  interfaces: [{ name: 'ens3', address, prefixLength: 24 }],
  storage: { kind: 'btrfs', free: 10 ** 12, loops: true },
});

const fine = {
  ...{ btrfs: 'yes', candidate: '5.0.2-5', memory: '8000000' },
  ...{ cgroups: 'cpuset cpu io memory', mtu: '1500', uplink: '1500', container: '' },
  ntp: 'CanNTP=yes NTP=yes NTPSynchronized=yes',
};

type Says = Readonly<Record<string, string>>;

interface Net {
  /** What beta's ports say to alfa; the large packets between them. */
  readonly ports?: Readonly<Record<number, string>>;
  readonly large?: string;
  /** Addresses that somebody has. */
  readonly taken?: readonly string[];
}

/** Hosts that say this when they are examined; beta may be silent, or refuse. */
function fakeHosts(beta: Says | RelevoError, { ports = {}, large = 'ok', taken = [] }: Net = {}): Hosts {
  const says: Record<string, Says> = {
    alfa: { ...fine, machine: 'a' },
    ...(!(beta instanceof RelevoError) && { beta: { ...fine, machine: 'b', ...beta } }),
  };
  const print = (lines: readonly string[]) => ({ code: 0, stdout: `${lines.join('\n')}\n`, stderr: '', whole: true });
  const hosts = {
    async look(name: string, { address }: { address: string }): Promise<Known> {
      if (name !== 'beta' || !(beta instanceof RelevoError)) return { sight: { ...sight(address), ...sights[name] } };
      if (beta.failure.code === 'unreachable') return { silence: beta.failure };
      throw beta;
    },
    exec:
      (name: string) =>
      async ([program, , script, ...argv]: readonly string[], options?: ExecOptions): Promise<ExecResult> => {
        expect(script).not.toBe(lookScript);
        if (script === examine) return print(Object.entries(says[name] ?? {}).map(([key, value]) => `${key} ${value}`));
        if (script === askNeighbour) return print(taken.includes(argv[1] ?? '') ? ['02:72:1'] : []);
        expect(program).toBe('perl');
        if (script === listen) {
          options?.onLine?.('up', 'stdout');
          return print([]);
        }
        if (script === echo) return print(argv.slice(1).map((address) => `path ${address} ${large}`));
        return print(argv.map((to) => `to ${to} ${(name === 'alfa' && ports[Number(to.split(':')[1])]) || 'open'}`));
      },
  };
  return hosts as unknown as Hosts;
}

/** What a look at them tells beyond what is well. */
let sights: Record<string, Partial<HostSight>> = {};
beforeEach(() => {
  sights = {};
});

const wrong = async (beta: Says | RelevoError, net?: Net) => {
  const checks = await examineHosts(spec, fakeHosts(beta, net));
  return checks.filter(({ state }) => state !== 'ok').map(({ what, state, detail }) => `${state} ${what}: ${detail}`);
};

describe('the doctor of hosts over SSH', () => {
  it('finds nothing where nothing is wrong', async () => {
    const checks = await examineHosts(spec, fakeHosts({}));
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ what }) => what).filter((what) => what.startsWith('beta'))).toEqual([
      ...['beta: reachable', 'beta: kernel', 'beta: packages', 'beta: LXD', 'beta: memory', 'beta: storage'],
      ...['beta: ids for containers', 'beta: machine id', 'beta: clock', 'beta: limits on cpu and memory'],
      ...[
        'beta: to the others',
        'beta: further ports',
        'beta: ports for instances',
        'beta: packet size',
        'beta: uplink',
        'beta: forwarding',
      ],
      'beta: addresses and names',
    ]);
  });

  it.each([
    ['a kernel without btrfs', { btrfs: '' }, /^note beta: storage: .*whole copies/],
    ['a clock that nobody sets', { ntp: 'CanNTP=no NTP=no NTPSynchronized=no' }, /^note beta: clock: follows no/],
    ['an uplink that is small', { uplink: '1400' }, /^note beta: uplink: MTU 1400/],
    ['no package', { candidate: '(none)' }, /^missing beta: LXD: apt knows no package/],
    ['little memory', { memory: '500000' }, /^note beta: memory: less than 1 GiB/],
    ['no cgroup controllers', { cgroups: '' }, /^note beta: limits on cpu and memory: not enforced/],
  ])('tells of %s', async (_, says, message) => {
    expect(await wrong(says)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'a firewall, of the host that does not get through',
      { ports: { 8443: 'closed', 20001: 'refused' } },
      [/^missing alfa: to the others: something lets nothing through to beta \(8443, 20001\)/],
    ],
    [
      'a firewall that lets through what services with one port need',
      { ports: { 45000: 'closed' } },
      [/^note alfa: further ports: nothing gets through to beta \(45000\): .*open 30001-59999/],
    ],
    [
      'a way that is narrower than its ends',
      { large: 'lost' },
      [/^missing alfa: packet size: packets of 1500 bytes get lost/, /^missing beta: packet size/],
    ],
    ['nothing where pings are not answered', { large: 'silent' }, []],
  ] as const)('tells of %s', async (_, net, messages) => {
    expect(await wrong({}, net)).toEqual(messages.map((each) => expect.stringMatching(each)));
  });

  it('takes a refusal of a member’s port for an answer: it leads to an instance', async () => {
    sights = { beta: { clustered: true } };
    expect(await wrong({}, { ports: { 10001: 'refused' } })).toEqual([expect.stringMatching(/in a cluster already/)]);
  });

  it.each<[string, Partial<HostSight>, RegExp]>([
    ['an old kernel', { kernel: '4.19.0' }, /^missing beta: kernel: 4\.19\.0 is older than 5\.4/],
    ['packages that are half installed', { broken: ['lxd'] }, /^missing beta: packages: half installed: lxd/],
    ['Docker', { drops: { by: 'docker' } }, /^missing beta: forwarding: .*DOCKER-USER/],
    ['ufw', { drops: { by: 'ufw' } }, /^missing beta: forwarding: .*ufw route allow in on relevo0/],
    ['few ids', { ids: 65_536 }, /^missing beta: ids for containers: only 65536 exist there/],
  ])('tells of %s, which is in the way of `up` as well', async (_, sight, message) => {
    sights = { beta: sight };
    expect(await wrong({})).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(/^missing machines\.hosts\.beta/),
    ]);
  });

  describe('on Ubuntu', () => {
    const snap = { version: '5.0.3-babaec9', revision: '27948', channel: '5.0/stable', held: true };
    const store = [{ channel: '5.0/stable', version: '5.0.3-babaec9', revision: '27948' }];
    const ubuntu = { system: 'ubuntu 24.04', packaging: 'snap', snapd: true, store } as const;
    const record = { project: 'shop', hosts: {}, addresses: [], members: ['alfa', 'beta'] };
    const member = (name: string): Partial<HostSight> => {
      return { ...ubuntu, store: [], snap, daemon: 'running', clustered: true, record: { ...record, name } };
    };
    const details = async (what: string) => {
      const checks = await examineHosts(spec, fakeHosts({ candidate: '(none)' }));
      return checks.filter((each) => each.what === what).map(({ state, detail, fix }) => [state, detail, fix]);
    };

    it('finds the snap that `up` would install, where snapd and its store answer', async () => {
      sights = { alfa: ubuntu, beta: ubuntu };
      expect(await wrong({})).toEqual([]);
      expect(await details('beta: LXD')).toEqual([
        ['ok', '5.0.3-babaec9 can be installed: `up` does it (snap, 5.0/stable)', undefined],
      ]);
      expect(await details('beta: refreshes of LXD')).toEqual([]);
    });

    it.each<[string, Partial<HostSight>, RegExp]>([
      ['no snapd', { snapd: false, store: [] }, /^missing beta: LXD: no snapd/],
      ['a store that is not reached', { store: [] }, /^missing beta: LXD: the snap store does not tell/],
    ])('tells of %s, which is in the way of `up` as well', async (_, change, message) => {
      sights = { alfa: ubuntu, beta: { ...ubuntu, ...change } };
      expect(await wrong({})).toEqual([
        expect.stringMatching(message),
        expect.stringMatching(/^missing machines\.hosts\.beta/),
      ]);
    });

    it('tells of a member that refreshes itself, and holds it', async () => {
      sights = { alfa: member('alfa'), beta: { ...member('beta'), snap: { ...snap, held: false } } };
      expect(await wrong({})).toEqual([
        expect.stringMatching(/^missing beta: refreshes of LXD: .*snap refresh --hold/),
      ]);
      expect(await details('alfa: refreshes of LXD')).toEqual([['ok', 'held', undefined]]);
      expect(await details('beta: refreshes of LXD')).toEqual([
        ['missing', expect.any(String), expect.stringContaining('hold its LXD')],
      ]);
    });

    it('leaves it to `up` where it is no member yet', async () => {
      sights = { alfa: ubuntu, beta: { ...ubuntu, daemon: 'stopped', snap: { ...snap, held: false } } };
      expect(await details('beta: refreshes of LXD')).toEqual([['ok', '`up` holds them', undefined]]);
    });
  });

  it('tells of two sizes of packets', async () => {
    expect(await wrong({ mtu: '1400' })).toEqual([
      expect.stringMatching(/^missing alfa: packet size: MTU 1500, and 1400 on beta/),
      expect.stringMatching(/^missing beta: packet size: MTU 1400, and 1500 on alfa/),
    ]);
  });

  it('knows of storage without clones before it is made', async () => {
    sights = { beta: { storage: { kind: 'ext2/ext3', free: 10 ** 12, loops: false } } };
    expect(await wrong({ container: 'lxc' })).toEqual([
      expect.stringMatching(/^note beta: storage: .*pool `dir`.*loop devices$/),
    ]);
  });

  it('mends on hosts what is safe, and nothing else', async () => {
    const ran: string[] = [];
    const hosts = fakeHosts({
      ...{ candidate: '(none)', machine: 'a', ntp: 'NTP=no NTPSynchronized=no' },
    });
    sights = { beta: { drops: { by: 'docker' } } };
    const exec = hosts.exec.bind(hosts);
    Object.assign(hosts, {
      exec:
        (name: string, way: never): Exec =>
        async (argv, options) => {
          const mend = Object.entries(mendScripts).find(([, script]) => script === argv[2])?.[0];
          if (mend === undefined) return exec(name, way)(argv, options);
          ran.push(`${name} ${mend}`);
          return { code: 0, stdout: '', stderr: '', whole: true };
        },
    });
    const lines: string[] = [];
    await mendHosts(spec, hosts, (line) => lines.push(line));
    expect(ran).toEqual(['beta packages', 'beta clock', 'beta forward']);
    expect(lines).toEqual(
      ['beta: finish', 'beta: let it follow', 'beta: let Docker'].map((each) => expect.stringContaining(each)),
    );
  });

  it('tells both of two hosts with one machine id', async () => {
    expect(await wrong({ machine: 'a' })).toEqual([
      expect.stringMatching(/^missing alfa: machine id: the same as beta's/),
      expect.stringMatching(/^missing beta: machine id: the same as alfa's/),
    ]);
  });

  it.each(['unreachable', 'refused'] as const)(
    'tells why nobody gets in, and of the others that somebody does (%s)',
    async (code) => {
      const failure = new RelevoError({ code, message: 'beta is away', hint: 'try: ssh' });
      expect(await wrong(failure)).toEqual(['missing beta: reachable: beta is away; try: ssh']);
      sights = { alfa: { deaf: { by: 'ufw' } } };
      expect(await wrong(failure)).toEqual([
        expect.stringMatching(/^missing alfa: addresses and names: ufw/),
        'missing beta: reachable: beta is away; try: ssh',
        expect.stringMatching(/^missing machines.hosts.alfa: instances on alfa would get no address/),
      ]);
    },
  );

  it('asks for the addresses that balancers would take', async () => {
    expect(await wrong({}, { taken: ['192.0.2.20'] })).toEqual([
      'missing balancer.addresses.0: 192.0.2.20 is in use already: 02:72:1 answers for it; choose a free address, outside of what DHCP gives out',
    ]);
  });

  it('tells of services whose ports an instance may come to get', async () => {
    sights = {
      beta: {
        listeners: [
          { port: 17000, program: 'agentd' },
          { port: 31000, program: 'game' },
        ],
      },
    };
    expect(await wrong({})).toEqual([
      expect.stringMatching(/^note beta: ports for instances: in use: 17000 \(agentd\);/),
    ]);
  });

  it('takes hosts that are all in one cluster as `up` does', async () => {
    const clustered = { clustered: true, daemon: 'running' } as const;
    sights = { alfa: clustered, beta: clustered };
    expect(await wrong({})).toEqual([]);
    sights = { alfa: clustered };
    expect(await wrong({})).toEqual([expect.stringMatching(/LXD on alfa is in a cluster already/)]);
  });
});
