import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { addedPackages } from '../../../src/adapters/ssh/added.ts';
import { type HostSight, type SeenHost, sightOf } from '../../../src/adapters/ssh/look.ts';
import { ownFiles } from '../../../src/adapters/ssh/own-files.ts';
import { hostObstacles } from '../../../src/adapters/ssh/preflight.ts';
import { installSnap, remember } from '../../../src/adapters/ssh/prepare.ts';
import { beforeDirectory, homeDirectory } from '../../../src/adapters/ssh/record.ts';
import { makesClones, poolOn } from '../../../src/adapters/ssh/storage.ts';
import { ofSnap } from '../../../src/adapters/ssh/undo.ts';
import { lookForNewerSnap, refreshSnap, sshUpgrades } from '../../../src/adapters/ssh/upgrade.ts';
import { deb, snap } from '../../../src/render/dialect.ts';
import { specOf } from '../../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11, beta: 192.0.2.12 } }
services: { web: { packages: [apache2], port: 80 } }
balancer: { vip: 192.0.2.10, addresses: [192.0.2.20] }
`);

/** As snapd prints it. */
const listed = (
  notes: string,
  tracking = '5.0/stable/…',
) => `Name  Version        Rev    Tracking       Publisher   Notes
lxd   5.0.3-babaec9  27948  ${tracking}  canonical✓  ${notes}
`;
const info = `name:      lxd
summary:   LXD - container and VM manager
publisher: Canonical✓
store-url: https://snapcraft.io/lxd
license:   unset
description: |
  With LXD you can run hundreds of containers of a variety of Linux distributions.
commands:
  - lxd.lxc
services:
  lxd.daemon:      simple, enabled, inactive
snap-id:      J60k4JY0HppjwOjW8dZdYc8obXKxujRu
tracking:     5.0/stable
refresh-date: today at 10:08 UTC
channels:
  5.21/stable:      5.21.3-c5ae129  2025-03-25 (33110) 109MB -
  5.21/candidate:   ↑
  5.0/stable:       5.0.4-497fe1e   2025-01-21 (31333)  92MB -
  5.0/candidate:    5.0.4-497fe1e   2025-01-20 (31333)  92MB -
  5.0/beta:         ↑
  3.0/stable:       3.0.4           2019-10-10 (11348)  55MB -
installed:          5.0.3-babaec9              (27948) 143MB held
`;

/** A host's file system, as far as these scripts go, and a snapd in it that writes down what it is told. */
const root = mkdtempSync(join(tmpdir(), 'rlv-snap-'));
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(root, { recursive: true });
  for (const each of ['bin', 'snap/bin', 'etc', homeDirectory, snap.directory].map((path) => join(root, path)))
    mkdirSync(each, { recursive: true });
});

function place(path: string, text: string): void {
  writeFileSync(join(root, path), text, { mode: 0o755 });
}

/** `list`: what it says of LXD, nothing where there is none. */
function snapd(list?: string): void {
  if (list !== undefined) place(snap.client, '');
  place('listed', list ?? '');
  place('info', info);
  place(
    'bin/snap',
    `#!/bin/sh
case "$1" in
  list) [ -s ${root}/listed ] && cat ${root}/listed || { echo 'error: no matching snaps installed' >&2; exit 1; } ;;
  info) cat ${root}/info ;;
  *) echo "$*" >> ${root}/told ;;
esac
`,
  );
}

function run(script: string, ...argv: readonly string[]): string {
  const inside = script.replaceAll(/(?<=[\s"'=])\/(?=snap\/|var\/|etc\/)/g, `${root}/`);
  const env = { PATH: `${join(root, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', inside, 'sh', ...argv], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

const putBack = `${addedPackages}\n${ofSnap.putBack}`;
const told = () => readFileSync(join(root, 'told'), 'utf8').trim().split('\n');

const link = (address: string) => [{ ifname: 'ens3', addr_info: [{ local: address, prefixlen: 24 }] }];

/** Of Ubuntu 24.04; `snapd`: what it prints of LXD and its store. */
function ubuntu(address: string, snapdSays: string, change: Partial<HostSight> = {}): HostSight {
  const text = `system ubuntu 24.04
kernel 6.8.0-51-generic
ids 4294967295
addresses ${JSON.stringify(link(address))}
routes []
clock 0
storage ext2/ext3 ${20 * 1024 ** 3} loops
${snapdSays}`;
  return { ...sightOf(text, 0), ...change };
}

const present = 'snapd /usr/bin/snap\n';
const store = 'store 5.21/stable 5.21.3-c5ae129 33110\nstore 5.0/stable 5.0.4-497fe1e 31333\n';
const there = (version: string, channel = '5.0/stable', notes = 'held,in-cohort') =>
  `${present}snap ${version} 27948 ${channel} ${notes}\n`;

describe('the LXD snap of a host', () => {
  it('is read from what snapd prints, as is what its store has', () => {
    snapd(listed('in-cohort,held', '5.0/stable/…'));
    const sight = ubuntu('192.0.2.11', `${present}${run(lookForNewerSnap)}`);
    expect(sight).toMatchObject({ packaging: 'snap', snapd: true });
    expect(sight.snap).toEqual({ version: '5.0.3-babaec9', revision: '27948', channel: '5.0/stable', held: true });
    expect(sight.store).toEqual([
      { channel: '5.21/stable', version: '5.21.3-c5ae129', revision: '33110' },
      { channel: '5.0/stable', version: '5.0.4-497fe1e', revision: '31333' },
      { channel: '3.0/stable', version: '3.0.4', revision: '11348' },
    ]);
  });

  it('is known not to be there, or not to be held', () => {
    snapd();
    const none = ubuntu('192.0.2.11', `${present}${run(lookForNewerSnap)}`);
    expect([none.packaging, none.snap, none.store.length]).toEqual(['snap', undefined, 3]);
    snapd(listed('-'));
    expect(ubuntu('192.0.2.11', `${present}${run(lookForNewerSnap)}`).snap?.held).toBe(false);
  });

  it('has its pool in a file, whatever /var/lib is on', () => {
    const on = (loops: boolean) => ubuntu('192.0.2.11', present, { storage: { kind: 'btrfs', free: 2 ** 40, loops } });
    expect([makesClones(on(true)), makesClones(on(false))]).toEqual([true, false]);
    expect(poolOn(on(true), 'btrfs')).toEqual({ driver: 'btrfs', config: { size: '30GiB' } });
  });

  it('is where our own programs look for it', () => {
    const files = new Map(ownFiles('ens3', snap).map(({ target, content }) => [target, String(content)]));
    const program = (name: string) => files.get(`/usr/local/lib/relevo/${name}`);
    expect(program('calls')).toContain(`'${snap.directory}/unix.socket'`);
    expect(program('membership')).toContain(`lxd=${snap.directory}\n`);
    expect(files.get('/etc/systemd/system/relevo-ports.service')).toContain(`Before=${snap.unit}\n`);
    expect([...files.keys()].join()).not.toContain('lxd-containers');
    expect([...files.values()].join()).not.toContain(deb.directory);
  });

  it.each([
    ['where there is none', undefined, ['install lxd --channel=5.0/stable --cohort=+']],
    ['where it is empty', listed('-'), ['refresh lxd --channel=5.0/stable --cohort=+']],
  ])('is installed so that all members have the same, %s', (_, list, expected) => {
    snapd(list);
    run(installSnap, '5.0/stable');
    expect(told()).toEqual(['wait system seed.loaded', ...expected, 'refresh --hold lxd']);
  });

  it('of a member is held, and otherwise left alone', () => {
    snapd(listed('-'));
    place(snap.certificate, '');
    run(installSnap, '5.0/stable');
    expect(told()).toEqual(['wait system seed.loaded', 'refresh --hold lxd']);
  });

  it.each([
    ['is removed where it was not there before', undefined, ['remove --purge lxd']],
    [
      'comes back empty where it was there, as it was',
      listed('held', '5.0/stable/…'),
      ['remove --purge lxd', 'install lxd --channel=5.0/stable', 'refresh --hold lxd'],
    ],
    [
      'is not held where it was not',
      listed('-', '5.21/stable'),
      ['remove --purge lxd', 'install lxd --channel=5.21/stable'],
    ],
  ])('%s', (_, before, expected) => {
    snapd(before);
    for (const each of ['subuid', 'subgid']) place(`etc/${each}`, '');
    run(remember(snap));
    place(snap.client, '');
    run(putBack);
    expect(told()).toEqual(['wait system seed.loaded', ...expected]);
  });

  it('is not forgotten where snapd says nothing of it', () => {
    snapd(undefined);
    for (const each of ['subuid', 'subgid']) place(`etc/${each}`, '');
    place(snap.client, '');
    expect(() => run(remember(snap))).toThrow();
  });

  it('stays where nothing was remembered of what was there before', () => {
    snapd(listed('-'));
    expect(() => run(`[ ! -e ${beforeDirectory} ] && { ${putBack}\n}`)).not.toThrow();
    expect(told).toThrow('ENOENT');
  });
});

describe('hosts whose LXD is a snap', () => {
  const both = (alfa: string, beta: string, change: Partial<HostSight> = {}): SeenHost[] => [
    { name: 'alfa', address: '192.0.2.11', sight: ubuntu('192.0.2.11', alfa, change) },
    { name: 'beta', address: '192.0.2.12', sight: ubuntu('192.0.2.12', beta) },
  ];
  const fresh = `${present}${store}`;
  const said = (hosts: readonly SeenHost[]) => hostObstacles(spec, hosts).map(({ message }) => message);

  it.each([
    ['with Ubuntu and no LXD', both(fresh, fresh)],
    ['with one that is there and empty', both(there('5.0.3-babaec9') + store, fresh)],
    [
      'with another long-term version, which the other gets too',
      both(there('5.21.3-c5ae129', '5.21/stable') + store, fresh),
    ],
    [
      'that are members, whatever the store says',
      both(there('5.0.3-babaec9'), there('5.0.3-babaec9'), { clustered: true }).slice(0, 1),
    ],
  ])('are fine %s', (_, hosts) => {
    const ours = hosts.map((each) =>
      each.sight.clustered ? { ...each, sight: { ...each.sight, record: member } } : each,
    );
    expect(said(ours)).toEqual([]);
  });

  const member = { project: 'shop', name: 'alfa', hosts: {}, addresses: [], members: ['alfa'] };
  const debian = (change: string): SeenHost => {
    const text = `system debian 12\nkernel 6.1.0\nids 4294967295\naddresses ${JSON.stringify(link('192.0.2.12'))}\nroutes []\nclock 0\nstorage btrfs ${2 ** 40} loops\n${change}`;
    return { name: 'beta', address: '192.0.2.12', sight: sightOf(text, 0) };
  };
  const onDebian = (change: string): SeenHost => {
    const sight = { ...debian(change).sight, interfaces: [{ name: 'ens3', address: '192.0.2.11', prefixLength: 24 }] };
    return { name: 'alfa', address: '192.0.2.11', sight };
  };

  it.each<[string, SeenHost[], RegExp]>([
    ['no snapd', both(fresh, 'snapd \n'), /^beta has no snapd/],
    ['a store that is not reached', both(fresh, present), /^the snap store does not tell beta of LXD 5\.0\/stable/],
    [
      'a version for some months',
      both(fresh, there('6.1-efad198', 'latest/stable') + store),
      /^LXD on beta is 6\.1-efad198 from latest\/stable, and it must be from 5\.0\/stable/,
    ],
    [
      'two versions',
      both(there('5.0.3-babaec9') + store, there('5.21.3-c5ae129', '5.21/stable') + store),
      /^LXD on beta is 5\.21\.3-c5ae129 from 5\.21\/stable, and it must be from 5\.0\/stable/,
    ],
    [
      'a snap and a package',
      [onDebian(''), debian(there('5.21.3-c5ae129', '5.21/stable') + store)],
      /^LXD on beta is a snap \(5\.21\.3-c5ae129\), and alfa has Debian's package/,
    ],
    [
      'newcomers that would get a newer one than the members have',
      both(there('5.0.3-babaec9'), fresh, { clustered: true, record: member }),
      /^beta would get LXD 5\.0\.4-497fe1e, and the members have 5\.0\.3-babaec9/,
    ],
  ])('are told of %s', (_, hosts, message) => {
    expect(said(hosts)).toEqual([expect.stringMatching(message)]);
  });
});

describe('upgrades of the LXD snap', () => {
  const scripts: string[] = [];
  const upgrades = (list: string, dialect = snap) => {
    snapd(list);
    scripts.length = 0;
    const exec = async ([, , script = '']: readonly string[]) => {
      scripts.push(script);
      const stdout = script === lookForNewerSnap ? run(script) : '';
      return { code: 0, stdout, stderr: '', whole: true };
    };
    return sshUpgrades(
      () => exec,
      async () => false,
      async () => dialect,
    );
  };

  it('are what its channel has by now, also where it is held', async () => {
    const newer = [{ name: 'lxd', from: '5.0.3-babaec9', to: '5.0.4-497fe1e', isDaemon: true }];
    expect(await upgrades(listed('held', '5.0/stable')).look('alfa')).toEqual(newer);
    expect(await upgrades(listed('held', '5.0/stable').replace('27948', '31333')).look('alfa')).toEqual([]);
    expect(await upgrades(listed('held', '5.0/stable'), deb).look('alfa')).toEqual([]);
  });

  it('are done by its name and with its cohort', async () => {
    await upgrades(listed('held')).run('alfa');
    expect(scripts).toContain(refreshSnap);
    await upgrades(listed('held'), deb).run('alfa');
    expect(scripts).not.toContain(refreshSnap);
  });
});
