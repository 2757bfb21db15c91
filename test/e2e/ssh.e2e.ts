import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/domain/status.ts';
import { figure } from '../rig/figures.ts';
import { load, lost, lostCount, title } from '../rig/load.ts';
import { network, Operator, SshHosts } from '../rig/ssh-hosts.ts';

/** Hosts that know nothing of Relevo, and a user who has no LXD and no root on the way to them. */
const names = ['alfa', 'beta', 'gamma'] as const;
/** It comes later, in place of the first. */
const fourth = 'delta';
const vip = `${network}.100`;
const port = 1089;
/** Requests, at 100 a second, that are on a balancer when it dies, or come before another one has the address. */
const mostInFlight = 25;
const example = 'examples/miniproyecto';

let operator: Operator;
let hosts: SshHosts;
let directory: string;
let before: Readonly<Record<string, string>>;

beforeAll(async () => {
  operator = new Operator();
  hosts = await SshHosts.make([...names, fourth], operator.key);
  directory = operator.directory({
    'relevo.yaml': file(),
    'site/index.html': readFileSync(join(example, 'site/index.html'), 'utf8'),
  });
  before = Object.fromEntries([...names, fourth].map((name) => [name, footprint(name)]));
});

afterAll(async () => {
  if (typeof directory === 'string') await relevo('destroy', '--yes');
  if (hosts instanceof SshHosts) await hosts[Symbol.asyncDispose]();
  operator[Symbol.dispose]();
});

/** The mini-project; one host is root's, the others are reached by sudo. */
function file(): string {
  const at = (name: string, user: string) => `${name}: { address: ${hosts.address(name)}, user: ${user} }`;
  return readFileSync(join(example, 'relevo.yaml'), 'utf8')
    .replace(/^name: .*/m, 'name: relevo-e2e-ssh')
    .replace('provider: local', 'provider: ssh')
    .replace(/hosts: \[.*\]/, `hosts: { ${at('alfa', 'root')}, ${at('beta', 'admin')}, ${at('gamma', 'admin')} }`)
    .replace('[virtualMachine2, virtualMachine3]', '[beta, gamma, alfa]')
    .replace('place: [virtualMachine1]', `replicas: 2\n  vip: ${vip}\n  addresses: [${addresses.join(', ')}]`)
    .replace(/publish: \d+/, `publish: ${port}`);
}

const addresses = [101, 102, 103, 104].map((number) => `${network}.${number}`);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As the operator; `command` may have several words. */
function relevo(command: string, ...more: string[]): Promise<Outcome> {
  const file = join(directory, 'relevo.yaml');
  const [program = '', ...argv] = operator.argv(resolve('relevo'), ...command.split(' '), '-f', file, ...more);
  return new Promise((done) => {
    execFile(program, argv, { cwd: operator.home, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const status = async () => JSON.parse((await relevo('status', '--json')).stdout) as Status;

/** What a host has of packages, configuration, services, interfaces and directories: all but system users, which Debian leaves. */
function footprint(host: string): string {
  const script = `dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' | grep ^ii
cat /etc/subuid /etc/subgid
find /etc/systemd /etc/sysctl.d /usr/local /root /home -not -name .sudo_as_admin_successful | sort
ls /sys/class/net
awk '{ print $2 }' /proc/mounts | sort -u
find /var/lib -maxdepth 1 | sort
systemctl list-unit-files --no-legend --state=enabled | awk '{ print $1 }' | sort
getent passwd | cut -d: -f1 | grep -v -e _lxd -e dnsmasq`;
  return hosts.on(host, 'sh', '-c', script);
}

/** Resolves when it is so; throws what there is after so many seconds. */
async function until(what: string, seconds: number, isSo: (seen: Status) => boolean): Promise<void> {
  const began = performance.now();
  for (;;) {
    const seen = await status();
    if (isSo(seen)) return;
    if (performance.now() - began > seconds * 1000) throw new Error(`${what}: ${JSON.stringify(seen)}`);
  }
}

/** Each host gets an answer from the machine of each balancer, its own too. */
function expectAnswers({ balancers, members }: Status): void {
  const script = 'exec 3<>"/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && head -n 1 <&3';
  for (const { url, machine } of balancers)
    for (const { name: from } of members) {
      const answer = hosts.on(from, 'timeout', '5', 'bash', '-c', script, hosts.address(machine), String(port));
      expect([from, url, answer]).toEqual([from, url, expect.stringMatching(/^HTTP\/1.[01] 200/)]);
    }
}

describe('hosts over SSH', () => {
  it('are refused where one of the addresses is somebody’s, before anything is done', async () => {
    hosts.on('gamma', 'ip', 'address', 'add', `${vip}/24`, 'dev', 'eth0');
    const { code, stderr } = await relevo('up', '--yes');
    expect([code, stderr]).toEqual([
      11,
      expect.stringMatching(/\.100 is in use already: [0-9a-f:]{17} answers for it/),
    ]);
    expect(stderr).toMatch(/relevo\.yaml:\d+:\d+/);
    hosts.on('gamma', 'ip', 'address', 'delete', `${vip}/24`, 'dev', 'eth0');
    expect(footprint('gamma')).toBe(before['gamma']);
  });

  it('are looked at by doctor', async () => {
    const { code, stdout } = await relevo('doctor');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/✓ gamma: to the others +open/)]);
    expect(stdout).not.toMatch(/✗/);
    expect(footprint('alfa')).toBe(before['alfa']);
  });

  it('have their balancers on a network that carries them, and stand in for them on one that does not', async () => {
    const proposed = async () => (await relevo('up')).stdout;
    expect(await proposed()).toMatch(/link: macvlan/);
    for (const name of [...names, fourth]) hosts.filterStrangers(name, true); // for all that comes
    expect(await proposed()).toMatch(/link: routed/);
    const path = join(directory, 'relevo.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('publish:', 'link: macvlan\n  publish:'));
    const { code, stderr } = await relevo('plan');
    expect([code, stderr]).toEqual([9, expect.stringMatching(/drops frames of hardware addresses/)]);
    writeFileSync(path, text);
    expect(footprint('alfa')).toBe(before['alfa']);
  });

  it('make a cluster that answers from two instances in turn', async () => {
    const { code, stdout, stderr } = await relevo('up', '--yes');
    expect([code, stdout.slice(-300), stderr]).toEqual([0, expect.stringContaining(''), '']);
    const { members, url } = await status();
    expect(members.map(({ name, state }) => [name, state])).toEqual(names.map((name) => [name, 'ONLINE']));
    expect(url).toBe(`http://${vip}:${port}/`);
    const shown: string[] = [];
    for (let request = 0; request < 4; request += 1) shown.push(await title(port, false, vip));
    expect(shown[0]).not.toBe(shown[1]);
    expect([shown[2], shown[3]]).toEqual([shown[0], shown[1]]);
    expect([...new Set(shown)].sort()).toEqual(['Web01', 'Web02']);
    expect(await relevo('plan')).toMatchObject({ code: 0 });
    expect((await status()).link).toBe('routed');
  });

  it('answer at their own addresses too, each other and themselves', async () => expectAnswers(await status()));

  it('keep nothing of it where nobody else may look, and no connection', async () => {
    const held = readdirSync(join(operator.home, '.local/state/relevo'));
    expect(held).toContain('relevo-e2e-ssh');
    const { uid } = statSync(operator.home); // others may be at work on this computer
    const own = readdirSync('/tmp').filter(
      (each) => each.startsWith('rlv-') && statSync(join('/tmp', each)).uid === uid,
    );
    expect(own.filter((each) => existsSync(join('/tmp', each, '1')))).toEqual([]);
  });

  it('can’t lose their power from here', async () => {
    const off = await relevo('fault inject', 'machine.off', 'gamma', '--for', '10s');
    expect([off.code, off.stderr]).toEqual([9, expect.stringMatching(/the power of gamma can't be cut from here/)]);
  });

  it('lose no request when one of them loses its power, and what it carried is made elsewhere', async () => {
    const { balancers } = await status();
    const holder = balancers.find((each) => each.holder)?.machine;
    const victim = names.find((name) => name !== holder && balancers.some(({ machine }) => machine === name)) as string;
    const stop = load(port, vip);
    await new Promise((done) => setTimeout(done, 2000));
    await hosts.cutPower(victim);
    await until('repaired', 90, ({ instances, balancers: now }) => {
      const elsewhere = instances.filter(({ machine, server }) => machine !== victim && server === 'UP');
      return (
        elsewhere.length >= 2 &&
        now.filter(({ machine, haproxy }) => machine !== victim && haproxy === 'answers').length === 2
      );
    });
    expect((await status()).machines.find(({ name }) => name === victim)?.state).toBe('unknown');
    const outcomes = await stop();
    expect([...outcomes.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(500);
    expect(lost(outcomes)).toEqual([]);
    await hosts.start(victim);
    await until('back', 90, ({ members }) => members.every(({ state }) => state === 'ONLINE'));
  });

  it('lose only what is in flight when the one that stands in for the holder loses its power', async () => {
    const holder = (await status()).balancers.find((each) => each.holder)?.machine as string;
    const stop = load(port, vip);
    await new Promise((done) => setTimeout(done, 2000));
    await hosts.cutPower(holder);
    await until('moved', 90, ({ balancers }) => balancers.some((each) => each.holder && each.machine !== holder));
    await new Promise((done) => setTimeout(done, 3000));
    const outcomes = await stop();
    expect([...outcomes.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(300);
    figure(`the holder's machine off: lost ${lostCount(outcomes)}: ${lost(outcomes).join(', ')}`);
    expect(lostCount(outcomes), lost(outcomes).join(', ')).toBeLessThan(mostInFlight);
    await hosts.start(holder);
    await until('back', 90, ({ members }) => members.every(({ state }) => state === 'ONLINE'));
  });

  it('follow the file under load: a third instance, and a fourth host in place of the one that was first', async () => {
    const path = join(directory, 'relevo.yaml');
    const text = readFileSync(path, 'utf8')
      .replace('replicas: 2 #', 'replicas: 3 #')
      .replace(/(hosts: \{ )alfa: \{[^}]*\}/, `$1delta: { address: ${hosts.address(fourth)}, user: root }`)
      .replaceAll(/(place: \[.*)alfa/g, '$1delta');
    writeFileSync(path, text);
    const stop = load(port, vip);
    const { code, stdout } = await relevo('up', '--yes');
    expect([code, code === 0 ? '' : stdout.slice(-2000)]).toEqual([0, '']);
    expect(lost(await stop())).toEqual([]);
    const { members, instances } = await status();
    expect(members.map(({ name }) => name).toSorted()).toEqual(['beta', 'delta', 'gamma']);
    expect(instances.filter(({ server }) => server === 'UP')).toHaveLength(3);
    expect(footprint('alfa')).toBe(before['alfa']);
  });

  it('share no address where the file has none, and one goes on when the other loses its power', async () => {
    const path = join(directory, 'relevo.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\n {2}(vip|addresses): .*/g, ''));
    expect((await relevo('up', '--yes')).stderr).toBe('');
    const seen = await status();
    const [going, staying] = seen.balancers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const urls = [going, staying].map((each) => `http://${hosts.address(each?.machine ?? '')}:${port}/`);
    expect([seen.url, seen.address, seen.link, going?.url, staying?.url]).toEqual([urls[0], null, null, ...urls]);
    expectAnswers(seen);
    const active = await relevo('exec', staying?.name ?? '', '--', 'systemctl', 'is-active', 'keepalived');
    expect(active).toMatchObject({ stdout: 'inactive\n' });
    const stop = load(port, hosts.address(staying?.machine ?? ''));
    await hosts.cutPower(going?.machine ?? '');
    await new Promise((done) => setTimeout(done, 8000));
    expect(lost(await stop())).toEqual([]);
    await hosts.start(going?.machine ?? '');
    await until('back', 90, ({ members }) => members.every(({ state }) => state === 'ONLINE'));
  });

  it('refuse to be destroyed with what Relevo did not make', async () => {
    const lxc = (...argv: string[]) => hosts.on('beta', 'env', 'LXD_CONF=/run/relevo-lxc', 'lxc', ...argv);
    lxc('project', 'create', 'somebodys');
    const { code, stderr } = await relevo('destroy', '--yes');
    expect([code, stderr]).toEqual([9, expect.stringMatching(/did not make: project somebodys/)]);
    lxc('project', 'delete', 'somebodys');
  });

  it('are as they were when it is destroyed', async () => {
    const { code, stderr } = await relevo('destroy', '--yes');
    expect([code, stderr]).toEqual([0, '']);
    for (const name of [...names, fourth]) expect(footprint(name)).toBe(before[name]);
    expect(existsSync(join(operator.home, '.local/state/relevo/relevo-e2e-ssh'))).toBe(false);
    expect((await relevo('destroy', '--yes')).stdout).toContain('nothing to remove');
  });
});
