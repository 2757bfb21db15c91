import { RelevoError } from '../../domain/failure.ts';
import type { System } from '../../ports/system.ts';
import { lxdSocket, startLxd } from './daemon.ts';
import { lowSettings, raiseSettings } from './kernel.ts';

/** One thing that this host lacks, and how it is mended. */
export interface Lack {
  readonly what: string;
  /** What `--fix` would do, for people. */
  readonly fix: string | null;
}

/** A program that must be there, and Debian's package that brings it. */
const programs: readonly (readonly [program: string, package_: string])[] = [
  ['lxd', 'lxd'],
  ['nft', 'nftables'],
  ['dnsmasq', 'dnsmasq-base'],
  ['mkfs.btrfs', 'btrfs-progs'],
  ['mmdebstrap', 'mmdebstrap'],
  ['gpgv', 'gpgv'],
  ['zstd', 'zstd'],
  ['openssl', 'openssl'],
  ['newuidmap', 'uidmap'],
];

export async function lacks(system: System): Promise<readonly Lack[]> {
  const missing = await missingPackages(system);
  const found: Lack[] = missing.map((name) => ({ what: `the package ${name}`, fix: `apt-get install ${name}` }));
  if (!(await answers(system))) found.push({ what: 'a running LXD', fix: 'start LXD' });
  for (const { key, value, least } of await lowSettings(system)) {
    found.push({ what: `room for containers in containers: ${key} is ${value}`, fix: `set it to ${least}` });
  }
  const ids = await system.files.readText('/etc/subuid');
  if (!missing.includes('lxd') && !/^root:\d+:\d{7,}/m.test(ids ?? '')) {
    found.push({
      what: 'a range of ids for containers in containers (root:…:10000001 in /etc/subuid and /etc/subgid)',
      fix: null,
    });
  }
  return found;
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

/** Installs and starts what is missing. The caller has asked. */
export async function mend(system: System, onLine: (line: string) => void): Promise<void> {
  const missing = await missingPackages(system);
  if (missing.length > 0) await install(system, missing, onLine);
  const low = await lowSettings(system);
  if (low.length > 0) {
    onLine(`setting ${low.map(({ key, least }) => `${key}=${least}`).join(', ')}`);
    await raiseSettings(low, system);
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
  await system.run(['apt-get', 'update', '-q'], { env, onLine: keep });
  const argv = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...names];
  const { code } = await system.run(argv, { env, onLine: keep });
  if (code === 0) return;
  const evidence = { title: 'apt-get install', lines: lines.slice(-12) };
  throw new RelevoError({
    code: 'host-lacks',
    message: `packages could not be installed: ${names.join(', ')}`,
    evidence,
  });
}
