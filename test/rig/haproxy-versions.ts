import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The HAProxys of Debian 12 and 13, unpacked with the libraries that each wants, beside whatever the system has. */

const home = '/var/cache/relevo-test/haproxy';

const common = ['haproxy', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'libzstd1'];

const versions = {
  '2.6': {
    suite: 'bookworm',
    packages: [
      ...common,
      'liblua5.3-0',
      'libopentracing-c-wrapper0',
      'libopentracing1',
      'libssl3',
      'libsystemd0',
      'libcap2',
      'libgcrypt20',
      'libgpg-error0',
      'liblzma5',
      'liblz4-1',
    ],
  },
  '3.0': {
    suite: 'trixie',
    packages: [
      ...common,
      'libjemalloc2',
      'liblua5.4-0',
      'libopentracing-c-wrapper0t64',
      'libopentracing1',
      'libssl3t64',
    ],
  },
} as const;

export type HaproxyVersion = keyof typeof versions;
export const haproxyVersions = Object.keys(versions) as HaproxyVersion[];

/** The argv that begins HAProxy of this version; downloads it from Debian's mirror the first time. */
export function haproxyArgv(version: HaproxyVersion): readonly string[] {
  const root = join(home, version);
  if (!existsSync(root)) install(version, root);
  const program = `${root}.sh`;
  if (!existsSync(program)) {
    const beside = `${program}.${process.pid}`;
    writeFileSync(beside, launcher(root), { mode: 0o755 });
    renameSync(beside, program);
  }
  return [program];
}

/** A master process executes itself anew, by the name that it was called: it must meet its own libraries then too. */
function launcher(root: string): string {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = existsSync(join(libraries, 'ld-linux-x86-64.so.2')) ? libraries : join(root, 'lib/x86_64-linux-gnu');
  const path = [libraries, join(root, 'lib/x86_64-linux-gnu')].join(':');
  const argv = [
    join(loader, 'ld-linux-x86-64.so.2'),
    '--library-path',
    path,
    '--argv0',
    '"$0"',
    join(root, 'usr/sbin/haproxy'),
  ];
  return `#!/bin/sh\nexec ${argv.join(' ')} "$@"\n`;
}

/** Into a directory beside it, and then renamed: whole or not at all, and two at once do no harm. */
function install(version: HaproxyVersion, root: string): void {
  mkdirSync(home, { recursive: true });
  const work = mkdtempSync(`${root}.`);
  try {
    const { suite, packages } = versions[version];
    const options = aptOptions(work, suite);
    run(['apt-get', ...options, 'update', '-q'], work);
    run(['apt-get', ...options, 'download', '-q', ...packages], work);
    run(['sh', '-ec', 'mkdir root; for each in *.deb; do dpkg -x "$each" root; done'], work);
    if (!existsSync(root)) renameSync(join(work, 'root'), root);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** A view of one suite of Debian's archive, apart from the system's own sources, lists and installed packages. */
function aptOptions(work: string, suite: string): string[] {
  const sources = join(work, 'sources.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const status = join(work, 'status');
  writeFileSync(status, '');
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`);
  for (const directory of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, directory), { recursive: true });
  const settings = {
    'Dir::State::status': status,
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function run([program = '', ...words]: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(program, words, { cwd, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr}`);
}
