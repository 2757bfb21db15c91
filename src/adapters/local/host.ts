import { RelevoError } from '../../domain/failure.ts';
import type { Check, Host } from '../../ports/host.ts';
import type { System } from '../../ports/system.ts';
import { aptUpdate, dpkgLock } from '../../render/apt.ts';
import { giveIds, moreIds, nestedIds } from '../../render/user-ids.ts';
import { missingControllers } from './cgroups.ts';
import { lxdSocket, startLxd } from './daemon.ts';
import { lowSettings, raiseSettings } from './kernel.ts';
import { poolHere } from './storage.ts';

/** What Relevo needs to know of a running LXD to judge the host. */
export interface Daemon {
  readonly version: string;
  readonly pid: number;
}

/** A program that must be there, Debian's package that brings it, and what for. */
const programs: readonly (readonly [program: string, package_: string, purpose: string])[] = [
  ['lxd', 'lxd', 'machines, instances and their cluster'],
  ['nft', 'nftables', "LXD's networks"],
  ['dnsmasq', 'dnsmasq-base', "addresses on LXD's networks"],
  ['mkfs.btrfs', 'btrfs-progs', 'storage with clones that take no time'],
  ['mmdebstrap', 'mmdebstrap', 'base images'],
  ['gpgv', 'gpgv', "the mirror's signatures"],
  ['zstd', 'zstd', 'packed images'],
  ['openssl', 'openssl', 'the certificate that speaks to the cluster'],
  ['newuidmap', 'uidmap', 'unprivileged instances'],
];

/** This host, as the `local` machines need it. `ask`: the running LXD. */
export function localHost(system: System, ask: () => Promise<Daemon>): Host {
  return {
    check: () => check(system, ask),
    mend: (onLine) => mend(system, onLine),
    isThere: async () => system.files.exists(await lxdSocket(system)),
    missingControllers: async () => missingControllers(system, (await ask()).pid),
  };
}

async function check(system: System, ask: () => Promise<Daemon>): Promise<readonly Check[]> {
  const missing = await missingPackages(system);
  const packages = programs.map(([, name, purpose]): Check => {
    const what = `package ${name}`;
    if (!missing.includes(name)) return { what, state: 'ok', detail: purpose };
    return { what, state: 'missing', detail: purpose, fix: `apt-get install ${name}` };
  });
  const updates = await updateCheck(system);
  const kernel = [...(await idCheck(system, missing)), ...(await kernelCheck(system)), await storageCheck(system)];
  if (!(await answers(system))) {
    return [...packages, ...updates, { what: 'a running LXD', state: 'missing', fix: 'start LXD' }, ...kernel];
  }
  const { version, pid } = await ask();
  const running: Check = { what: 'a running LXD', state: 'ok', detail: `${version}, ${await lxdSocket(system)}` };
  return [...packages, ...updates, running, ...kernel, await limitsCheck(system, pid)];
}

/** Of LXD, since it is what confines everything else. A daemon from elsewhere, such as the snap, looks after itself. */
async function updateCheck(system: System): Promise<Check[]> {
  if (!(await system.files.exists('/usr/bin/apt-cache'))) return [];
  const { stdout } = await system.run(['apt-cache', 'policy', 'lxd'], { env: { LC_ALL: 'C' } });
  const [installed, candidate] = ['Installed', 'Candidate'].map(
    (word) => new RegExp(`^\\s*${word}: (\\S+)$`, 'm').exec(stdout)?.[1] ?? '(none)',
  );
  if (installed === '(none)' || candidate === installed) return [];
  const detail = `${installed} is installed, ${candidate} waits: apt-get install --only-upgrade lxd`;
  return [{ what: 'updates of LXD', state: 'note', detail }];
}

/** LXD's package makes the range, so there is nothing to say before that is installed; what it makes may not exist here. */
async function idCheck(system: System, missing: readonly string[]): Promise<Check[]> {
  if (missing.includes('lxd')) return [];
  const what = 'ids for containers in containers';
  const { code, stderr } = await giveNestedIds(system, 'look');
  if (code === 0) return [{ what, state: 'ok' }];
  if (code === 2) return [{ what, state: 'missing', detail: `${stderr.trim()}: ${moreIds}` }];
  return [{ what, state: 'missing', fix: 'let root have ids in /etc/subuid and /etc/subgid that exist here' }];
}

function giveNestedIds(system: System, how: 'look' | 'give') {
  return system.run(['sh', '-c', giveIds, 'sh', String(nestedIds), how]);
}

/** Before the first step needs it. */
async function storageCheck(system: System): Promise<Check> {
  const what = 'storage with clones';
  const { driver, config } = await poolHere(system, '');
  if (driver === 'btrfs')
    return { what, state: 'ok', detail: config['size'] === undefined ? 'btrfs under /var/lib' : 'btrfs in a file' };
  const detail =
    'neither a loop device nor btrfs under /var/lib: machines and instances become whole copies, which takes seconds and full size each';
  return { what, state: 'note', detail };
}

/** Where the kernel gives no more, a container's systemd ends right after its start. */
async function kernelCheck(system: System): Promise<Check[]> {
  const what = 'room for containers in containers';
  const low = await lowSettings(system);
  if (low.length === 0) return [{ what, state: 'ok' }];
  return low.map(({ key, value, least }) => ({
    what,
    state: 'missing',
    detail: `${key} is ${value}`,
    fix: `set ${key} to ${least}`,
  }));
}

async function limitsCheck(system: System, pid: number): Promise<Check> {
  const missing = await missingControllers(system, pid);
  const what = 'limits on cpu and memory';
  if (missing.length === 0) return { what, state: 'ok', detail: 'LXD sees the cgroup controllers' };
  const detail = `not enforced: LXD sees no cgroup controller ${missing.join(', ')}`;
  return { what, state: 'note', detail };
}

async function missingPackages(system: System): Promise<string[]> {
  const directories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin', '/usr/local/sbin', '/snap/bin'];
  const missing: string[] = [];
  for (const [program, name] of programs) {
    const found = await Promise.all(directories.map((directory) => system.files.exists(`${directory}/${program}`)));
    if (!found.includes(true)) missing.push(name);
  }
  return missing;
}

/** Whether somebody listens: a socket file alone may be a dead daemon's. */
async function answers(system: System): Promise<boolean> {
  const socket = await lxdSocket(system);
  if (!(await system.files.exists(socket))) return false;
  const { code } = await system.run(['lxd', 'waitready', '--timeout=3'], { timeout: 10 }).catch(() => ({ code: 1 }));
  return code === 0;
}

async function mend(system: System, onLine: (line: string) => void): Promise<void> {
  const missing = await missingPackages(system);
  if (missing.length > 0) await install(system, missing, onLine);
  const low = await lowSettings(system);
  if (low.length > 0) {
    onLine(`setting ${low.map(({ key, least }) => `${key}=${least}`).join(', ')}`);
    await raiseSettings(low, system);
  }
  if ((await giveNestedIds(system, 'look')).code === 3) {
    onLine('giving ids to containers');
    await giveNestedIds(system, 'give');
  }
  if (!(await answers(system))) {
    onLine('starting LXD');
    await startLxd(system);
  }
}

async function install(system: System, names: readonly string[], onLine: (line: string) => void): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  onLine(`installing ${names.join(', ')}`);
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  await system.run(['sh', '-c', `${aptUpdate}\napt_update`], { env, onLine: keep });
  const argv = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...dpkgLock.split(' '), ...names];
  const { code } = await system.run(argv, { env, onLine: keep });
  if (code === 0) return;
  const evidence = { title: 'apt-get install', lines: lines.slice(-12) };
  throw new RelevoError({
    code: 'host-lacks',
    message: `packages could not be installed: ${names.join(', ')}`,
    evidence,
  });
}
