import { describe, expect, it } from 'vitest';
import type { Estate } from '../../../src/adapters/ssh/estate.ts';
import { estateObstacle } from '../../../src/adapters/ssh/estate.ts';
import { isAdopted, isNew, isOutcast, lookAtAll } from '../../../src/adapters/ssh/fleet.ts';
import type { Hosts, Known } from '../../../src/adapters/ssh/hosts.ts';
import { sightOf } from '../../../src/adapters/ssh/look.ts';
import { sshLoss } from '../../../src/adapters/ssh/loss.ts';
import { fence, sshPower } from '../../../src/adapters/ssh/power.ts';
import type { HostRecord } from '../../../src/adapters/ssh/record.ts';
import { changesIn } from '../../../src/adapters/ssh/upgrade.ts';
import { upstream } from '../../../src/app/upgrade.ts';
import type { HostSpec } from '../../../src/domain/spec.ts';
import type { System } from '../../../src/ports/system.ts';
import { specOf } from '../../rig/world.ts';

const file = (hosts: string, more = '') => `version: 1
name: shop
machines: { provider: ssh, hosts: { ${hosts} }${more} }
services: { web: { packages: [apache2], port: 80, replicas: 2 } }
balancer: { vip: 192.0.2.10, addresses: [192.0.2.20, 192.0.2.21], publish: 80 }
`;
const three = 'alfa: 192.0.2.11, beta: 192.0.2.12, gamma: 192.0.2.13';
const names = ['alfa', 'beta', 'gamma'];
const hostsOf = (all: readonly string[]) =>
  Object.fromEntries(all.map((name) => [name, { address: `192.0.2.${11 + names.indexOf(name)}` }]));

const record = (name: string, members: readonly string[] = names): HostRecord => ({
  ...{ project: 'shop', name, addresses: [], members, hosts: hostsOf(members) },
});

type Said = 'silent' | 'bare' | 'clustered' | HostRecord;

function known(said: Said): Known {
  if (said === 'silent') return { silence: { code: 'unreachable', message: 'it does not answer' } };
  const bare = sightOf('system debian 12\nclock 0\naddresses []\nroutes []\nstorage btrfs 1', 0);
  if (said === 'bare') return { sight: bare };
  const daemon = 'running' as const;
  if (said === 'clustered') return { sight: { ...bare, daemon, clustered: true } };
  return { sight: { ...bare, record: said, daemon, clustered: said.members.includes(said.name) } };
}

/** By address; all that is not told is silent. */
function fleet(text: string, says: Readonly<Record<string, Said>>) {
  const spec = specOf(text);
  const look = async (_: string, { address }: HostSpec) => known(says[address.slice(8)] ?? 'silent');
  const hosts = { look } as unknown as Hosts;
  const forgotten: string[] = [];
  const loss = sshLoss({
    ...{ spec, hosts, look: () => lookAtAll(spec, hosts) },
    exec: () => async () => ({ code: 0, stdout: '', stderr: '', whole: true }),
    forget: async (name) => void forgotten.push(name),
    cutPower: async () => {},
  });
  return { loss, forgotten, look: () => lookAtAll(spec, hosts) };
}

describe('a host is lost', () => {
  const [alfa, beta] = [record('alfa'), record('beta')];

  it('where it is silent; the file may have a command for its power', async () => {
    const { loss } = fleet(file(three), { 11: alfa, 12: beta });
    expect(await loss.judge('gamma')).toEqual({ name: 'gamma', state: 'silent', fenced: false, wanted: true });
    const power = 'gamma: { address: 192.0.2.13, power: { off: [ipmi, "{{name}}", "{{address}}"], on: [ipmi] } }';
    const able = file(`alfa: 192.0.2.11, beta: 192.0.2.12, ${power}`);
    expect(await fleet(able, { 11: alfa, 12: beta }).loss.judge('gamma')).toMatchObject({ fenced: true });
    expect(specOf(able).machines.power).toEqual({ gamma: { off: ['ipmi', 'gamma', '192.0.2.13'], on: ['ipmi'] } });
  });

  it('where it is out of the file and silent', async () => {
    const { loss } = fleet(file('alfa: 192.0.2.11, beta: 192.0.2.12'), { 11: alfa, 12: beta });
    expect(await loss.judge('gamma')).toMatchObject({ state: 'silent', wanted: false });
  });

  it('where another one answers in its place', async () => {
    const { loss, look } = fleet(file(three), { 11: alfa, 12: beta, 13: 'bare' });
    expect(await loss.judge('gamma')).toMatchObject({ state: 'new', fenced: false });
    expect((await look()).hosts.filter((host) => isNew(host, { hosts: [], members: new Set(names) }))).toHaveLength(1);
  });

  it('where it is back after the others forgot it: what it says of itself does not count', async () => {
    const rest = ['alfa', 'beta'];
    const says = { 11: record('alfa', rest), 12: record('beta', rest), 13: record('gamma') };
    const { loss, look } = fleet(file(three), says);
    expect(await loss.judge('gamma')).toMatchObject({ state: 'returned' });
    const seen = await look();
    expect([...seen.members].sort()).toEqual(rest);
    expect(seen.hosts.filter((host) => isOutcast(host, seen)).map(({ name }) => name)).toEqual(['gamma']);
  });

  it('not while it answers, at its old address either', async () => {
    const says = { 11: alfa, 12: beta, 13: record('gamma') };
    await expect(fleet(file(three), says).loss.judge('gamma')).rejects.toThrow('gamma answers at 192.0.2.13');
    const moved = file('alfa: 192.0.2.11, beta: 192.0.2.12, gamma: 192.0.2.99');
    const both = fleet(moved, { ...says, 99: 'bare' });
    await expect(both.loss.judge('gamma')).rejects.toThrow('gamma answers at 192.0.2.13');
    expect(await fleet(moved, { 11: alfa, 12: beta, 99: 'bare' }).loss.judge('gamma')).toMatchObject({ state: 'new' });
  });

  it('not where nobody ever heard of it', async () => {
    const { loss } = fleet(file(three), { 11: record('alfa', ['alfa']), 12: 'bare' });
    await expect(loss.judge('delta')).rejects.toMatchObject({ failure: { code: 'not-found' } });
    await expect(loss.judge('gamma')).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  it('not by us where the cluster is somebody’s', async () => {
    const theirs = { ...alfa, adopted: true } as const;
    const { loss } = fleet(file(three), { 11: theirs, 12: { ...beta, adopted: true } });
    await expect(loss.judge('gamma')).rejects.toThrow('was there before the project');
  });
});

it('a lone member is one by its own word', async () => {
  const seen = await fleet(file('alfa: 192.0.2.11'), { 11: record('alfa', ['alfa']) }).look();
  expect([...seen.members]).toEqual(['alfa']);
});

describe('a cluster that was there before', () => {
  it('is one that all hosts are in, or one that a host remembers as such', async () => {
    const adopted = async (says: Readonly<Record<string, Said>>) =>
      isAdopted(await fleet(file(three), says).look(), 'shop');
    expect(await adopted({ 11: 'clustered', 12: 'clustered', 13: 'clustered' })).toBe(true);
    expect(await adopted({ 11: 'clustered', 12: 'bare' })).toBe(false);
    expect(await adopted({ 11: record('alfa'), 12: 'clustered' })).toBe(false);
    expect(await adopted({ 11: { ...record('alfa'), adopted: true }, 12: 'bare' })).toBe(true);
  });

  const estate: Estate = {
    ...{ name: 'alfa', certificate: 'abc', version: '5.0.2', pools: ['ssd', 'hdd'], networks: ['lxdbr0'] },
    members: [{ server_name: 'alfa', url: 'https://192.0.2.11:8443', status: 'Online' }],
    projects: ['default'],
  };
  const sight = (address = '192.0.2.11', name = 'eth0') => ({
    ...{ name: 'alfa', address: '192.0.2.11' },
    sight: {
      ...(known('clustered') as { sight: ReturnType<typeof sightOf> }).sight,
      interfaces: [{ name, address, prefixLength: 24 }],
    },
  });
  const spec = specOf(file('alfa: 192.0.2.11', ', pool: ssd'));
  const said = (change: Partial<Estate>, host = sight(), begun = false, of = spec) =>
    estateObstacle(of, [{ host, estate: { ...estate, ...change } }], begun)?.message;

  it.each<[string, string | undefined, RegExp]>([
    ['another name', said({ name: 'node1' }), /alfa is called node1 in its cluster/],
    ['another address', said({ members: [] }), /LXD on alfa is at no address/],
    ['the instances’ network', said({}, sight('198.19.4.1', 'br7')), /br7 of alfa has 198\.19\.4\.1/],
    ['an old LXD', said({ version: '4.0.9' }), /LXD is 4\.0\.9/],
    ['no such pool', said({ pools: ['hdd'] }), /no storage pool ssd/],
    ['a pool that is not named', said({}, sight(), false, specOf(file('alfa: 192.0.2.11'))), /`pool` must say/],
    ['the bridge’s name', said({ networks: ['relevo0'] }), /a network relevo0 already/],
    ['the project’s name', said({ projects: ['default', 'shop'] }), /a project shop already/],
  ])('is refused before anything is touched: %s', (_, message, expected) => {
    expect(message).toMatch(expected);
  });

  it('is taken, and what is ours already is no obstacle', () => {
    expect(said({})).toBeUndefined();
    expect(said({ networks: ['relevo0'], projects: ['shop'] }, sight(), true)).toBeUndefined();
  });
});

describe('power by commands', () => {
  function system(codes: Readonly<Record<string, number>> = {}) {
    const files = new Map<string, string>();
    const did: string[] = [];
    const inside = (directory: string) => [...files.keys()].filter((path) => path.startsWith(`${directory}/`));
    const fake = {
      now: () => new Date(0),
      run: async ([program = '']: readonly string[]) => {
        did.push(program);
        return { code: codes[program] ?? 0, stdout: '', stderr: 'no such socket\n' };
      },
      daemon: async (argv: readonly string[]) => did.push(`watch ${argv.slice(4).join(' ')}`),
      files: {
        write: async (path: string, text: string) => void files.set(path, text),
        readText: async (path: string) => files.get(path),
        list: async (directory: string) => inside(directory).map((path) => path.slice(directory.length + 1)),
        remove: async (path: string) => {
          for (const each of [path, ...inside(path)]) files.delete(each);
        },
      },
    };
    return { system: fake as unknown as System, files, did };
  }
  const commands = { gamma: { off: ['off', 'gamma'], on: ['on', 'gamma'] } };
  const cut = { id: 'f1a', seconds: 60, record: '{}' };

  it('is cut once who gives it back waits, known meanwhile, and given back before its time', async () => {
    const { system: own, files, did } = system();
    const power = sshPower(commands, own, '/state/shop.cuts');
    await power.cut('gamma', cut);
    expect(did).toEqual(['watch f1a /state/shop.cuts/gamma.json 60 on gamma', 'off']);
    expect(await power.cuts()).toEqual([{ machine: 'gamma', id: 'f1a', record: '{}' }]);
    await power.restore('gamma');
    expect([did.at(-1), [...files.keys()]]).toEqual(['on', []]);
  });

  it('is refused where the file has no command, and told where a command fails', async () => {
    const { system: own } = system({ off: 3 });
    const power = sshPower(commands, own, '/state/shop.cuts');
    await expect(power.cut('alfa', cut)).rejects.toThrow("the power of alfa can't be cut from here");
    await expect(power.cut('gamma', cut)).rejects.toThrow('ended with 3');
    await expect(fence(own, 'gamma', commands.gamma)).rejects.toMatchObject({
      failure: { evidence: { lines: ['no such socket'] } },
    });
  });
});

describe('newer packages', () => {
  it('are read from what apt would do', () => {
    const text = `Inst lxd [5.0.2-5] (5.0.2-5+deb12u1 Debian:12.9/stable [amd64]) []
Inst liblxc1 [1:5.0.2-1] (1:5.0.2-1+deb12u3 Debian-Security:12/stable [amd64])
Inst libnew (1.0 Debian:12.9/stable [amd64])
Conf lxd (5.0.2-5+deb12u1 Debian:12.9/stable [amd64])
`;
    expect(changesIn(text)).toEqual([
      { name: 'lxd', from: '5.0.2-5', to: '5.0.2-5+deb12u1', isDaemon: true },
      { name: 'liblxc1', from: '1:5.0.2-1', to: '1:5.0.2-1+deb12u3', isDaemon: false },
      { name: 'libnew', from: '', to: '1.0', isDaemon: false },
    ]);
  });

  it.each([
    ['5.0.2-5+deb12u1', '5.0.2'],
    ['1:5.0.2+git20231211.1364ae4-9', '5.0.2+git20231211.1364ae4'],
    ['6.0', '6.0'],
  ])('%s is a version of %s', (version, of) => {
    expect(upstream(version)).toBe(of);
  });
});
