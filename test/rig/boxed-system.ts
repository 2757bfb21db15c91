import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageFile } from '../../src/domain/desired.ts';

/** What LXD does for a container, without LXD: a systemd of its own in namespaces of its own. */

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Box extends AsyncDisposable {
  readonly name: string;
  /** Of its first process, here. */
  readonly pid: number;
  run(argv: readonly string[], input?: string): Promise<Said>;
  /** As `run`; throws what was said where it fails. */
  must(argv: readonly string[], input?: string): Promise<string>;
  push(file: ImageFile): Promise<void>;
  /** As `lxc pause` does. */
  freeze(frozen: boolean): void;
}

/** The overlay's upper half is in memory. udev would act on the devices of this host. */
const boot = `exec </dev/null >"$1/console" 2>&1
root=$1/root
mount -t tmpfs tmpfs "$1/upper"
mkdir "$1/upper/files" "$1/upper/work"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper/files,workdir=$1/upper/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
for each in null zero full random urandom tty; do touch "$root/dev/$each"; mount --bind "/dev/$each" "$root/dev/$each"; done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
for each in systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket; do ln -sf /dev/null "$root/etc/systemd/system/$each"; done
hostname "$3"
echo "$3" > "$root/etc/hostname"
cd "$root"
pivot_root . mnt
umount -l /mnt
exec chroot . env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init`;

/** Resolves when its systemd has started everything. `network`: a network namespace that there is, by its name. */
export async function startBox(name: string, root: string, network: string): Promise<Box> {
  const home = mkdtempSync(join(tmpdir(), `relevo-${name}-`));
  for (const each of ['root', 'upper']) mkdirSync(join(home, each));
  const cgroup = join(cgroup2(), `relevo-test-${process.pid}-${name}`);
  mkdirSync(cgroup);
  const enter = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"';
  const namespaces = ['--mount', '--propagation', 'private', '--cgroup', '--pid', '--fork', '--kill-child'];
  const inside = ['unshare', ...namespaces, '--uts', '--ipc', 'sh', '-ec', boot, 'sh', home, root, name];
  const argv = ['nsenter', `--net=/run/netns/${network}`, 'sh', '-ec', enter, 'sh', cgroup, ...inside];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], { stdio: 'ignore' });
  const console = () => readFileSync(join(home, 'console'), 'utf8');
  const first = await firstProcess(child, console);
  const run = (argv: readonly string[], input = '') => runIn(first, argv, input);
  const must = async (argv: readonly string[], input = '') => {
    const { code, stdout, stderr } = await run(argv, input);
    if (code !== 0) throw new Error(`${name}: ${argv.join(' ')}: exit code ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const box: Box = {
    ...{ name, pid: first, run, must },
    push: (file) => push(must, file),
    freeze: (frozen) => writeFileSync(join(cgroup, 'cgroup.freeze'), frozen ? '1' : '0'),
    async [Symbol.asyncDispose]() {
      box.freeze(false);
      const gone = new Promise((done) => child.once('exit', done));
      writeFileSync(join(cgroup, 'cgroup.kill'), '1');
      if (child.exitCode === null && child.signalCode === null) await gone;
      const remove = ['find', [cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']] as const;
      await until(async () => spawnSync(...remove).status === 0 && !existsSync(cgroup), console); // busy until all are dead
      rmSync(home, { recursive: true });
    },
  };
  await until(async () => /running|degraded/.test((await run(['systemctl', 'is-system-running'])).stdout), console);
  return box;
}

function cgroup2(): string {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[2] === 'cgroup2');
  if (mount === undefined) throw new Error('no cgroup2 is mounted here');
  return mount.split(' ')[1] as string;
}

/** `unshare` forks: its child is the first process of the box. */
async function firstProcess({ pid }: ChildProcess, console: () => string): Promise<number> {
  let first = 0;
  await until(async () => {
    first = Number(spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout);
    return first > 0 && readFileSync(`/proc/${first}/comm`, 'utf8') === 'systemd\n';
  }, console);
  return first;
}

async function runIn(pid: number, argv: readonly string[], input: string): Promise<Said> {
  const enter = ['-t', String(pid), '-m', '-p', '-n', '-u', '-i', '-C', '-r', '-w'];
  const child = spawn('nsenter', [...enter, '--', ...argv], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
  });
  child.stdin.on('error', () => {}); // it may end without having read
  child.stdin.end(input);
  const code = await new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)));
  return { code, stdout, stderr };
}

async function push(must: Box['must'], { target, mode, content }: ImageFile): Promise<void> {
  const script = 'mkdir -p "$1"; cat > "$2"; chmod "$3" "$2"';
  await must(['sh', '-ec', script, 'sh', dirname(target), target, mode.toString(8)], String(content));
}

async function until(holds: () => Promise<boolean>, evidence: () => string): Promise<void> {
  const began = performance.now();
  while (!(await holds().catch(() => false))) {
    if (performance.now() - began > 60_000) throw new Error(`it did not come true within 60 s: ${evidence()}`);
    await sleep(50);
  }
}
