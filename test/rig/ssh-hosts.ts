import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianBaseImages } from '../../src/adapters/debian/base-images.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeProcess } from '../../src/adapters/node/process.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { macOf } from '../../src/render/mac.ts';

const cache = '/var/cache/relevo';
const base = (release: string) => `${cache}/base-debian-${release}-v2.tar.zst`;
/** The base with an SSH server and sudo: it takes half a minute to make. */
const image = (release: string) => `${cache}/test-ssh-host-debian-${release}.tar.zst`;

/** How the tests call things of theirs in the host's LXD. */
const name = 'relevo-test-hosts';
const part = process.env['RELEVO_TEST_NETWORK'] ?? '250';
const bridge = `rlv-hosts${part}`;
/** Of the hosts' network, a /24: what comes before the last dot. Runs beside one another take different ones. */
export const network = `198.18.${part}`;
export const gateway = `${network}.1`;

function must(program: string, ...argv: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

const lxc = (...argv: string[]) => must('lxc', '--project', name, ...argv);

export interface HostsOptions {
  /** Of Debian. */
  readonly release?: '12' | '13';
  /** Of the pool that they lie on; on `dir` they have no file system that makes clones. */
  readonly driver?: 'btrfs' | 'dir';
}

/** Debian with an SSH server and nothing of ours, as system containers of this host's LXD; on a network of their own. */
export class SshHosts implements AsyncDisposable {
  readonly names: readonly string[];
  readonly #root: Lxd;
  readonly #lxd: Lxd;

  private constructor(names: readonly string[]) {
    this.names = names;
    this.#root = connectLxd({ socket: `${process.env['LXD_DIR']}/unix.socket` });
    this.#lxd = this.#root.project(name);
  }

  /** `key`: who holds it gets in as root. */
  static async make(
    names: readonly string[],
    key: string,
    { release = '12', driver = 'btrfs' }: HostsOptions = {},
  ): Promise<SshHosts> {
    const hosts = new SshHosts(names);
    await hosts.#clear(); // what an earlier run left
    await hosts.#ground(release, driver);
    await Promise.all(names.map((each) => hosts.#host(each, key)));
    return hosts;
  }

  address(host: string): string {
    return `${network}.${11 + this.names.indexOf(host)}`;
  }

  /** On a host, past SSH. */
  on(host: string, ...argv: string[]): string {
    return lxc('exec', host, '--', ...argv);
  }

  /** Without warning, as if its power were cut. */
  async cutPower(host: string): Promise<void> {
    const cable = (await this.#lxd.instances.get(host))?.config['volatile.eth0.host_name'];
    if (cable !== undefined) must('ip', 'link', 'set', cable, 'down'); // processes take a moment to die
    await this.#lxd.instances.stop(host, { force: true });
  }

  start(host: string): Promise<void> {
    return this.#lxd.instances.start(host);
  }

  /** Nobody reaches it, and it goes on. */
  async setCable(host: string, state: 'up' | 'down'): Promise<void> {
    const cable = (await this.#lxd.instances.get(host))?.config['volatile.eth0.host_name'];
    must('ip', 'link', 'set', cable as string, state);
  }

  /** A file of one host on all others as well. */
  spread(file: string, from: string): void {
    const beside = join(mkdtempSync(join(tmpdir(), 'relevo-spread-')), 'file');
    lxc('file', 'pull', `${from}${file}`, beside);
    for (const each of this.names.filter((name) => name !== from)) lxc('file', 'push', '-p', beside, `${each}${file}`);
    rmSync(join(beside, '..'), { recursive: true });
  }

  /** Another computer of that name, at the same address. */
  async renew(host: string, key: string): Promise<void> {
    if ((await this.#lxd.instances.get(host))?.status !== 'Stopped')
      await this.#lxd.instances.stop(host, { force: true });
    await this.#lxd.instances.delete(host);
    await this.#host(host, key);
  }

  /** The network no longer carries what the host sends under other hardware addresses than its own. */
  filterStrangers(host: string, on: boolean): void {
    lxc('config', 'device', 'set', host, 'eth0', 'security.mac_filtering', String(on));
  }

  /** Its admin must tell sudo this password. */
  givePassword(host: string, password: string): void {
    const script = `echo 'admin ALL=(ALL) ALL' > /etc/sudoers.d/admin; echo "admin:$1" | chpasswd`;
    lxc('exec', host, '--', 'sh', '-ec', script, 'sh', password);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clear();
    await this.#root.close();
  }

  async #ground(release: string, driver: string): Promise<void> {
    await this.#root.pools.create(name, driver, driver === 'btrfs' ? { size: '20GiB' } : {});
    const config = { 'ipv4.address': `${gateway}/24`, 'ipv4.nat': 'true', 'ipv6.address': 'none' };
    const ranges = `${network}.200-${network}.250`;
    await this.#root.networks.create(bridge, { ...config, 'ipv4.dhcp.ranges': ranges });
    await this.#root.projects.create(name, { 'features.images': 'true', 'features.profiles': 'true' });
    if (!existsSync(image(release))) await this.#makeImage(release);
    await this.#lxd.images.upload(image(release), 'host');
  }

  async #makeImage(release: string): Promise<void> {
    if (!existsSync(base(release))) await debianBaseImages(nodeProcess(), cache).build(`debian/${release}`, () => {});
    await this.#lxd.images.upload(base(release), 'base');
    await this.#create('maker', 'base', `${network}.10`);
    const script = `until networkctl status eth0 | grep -q routable; do sleep 0.2; done
export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -y -q --no-install-recommends openssh-server sudo && apt-get clean
rm -f /etc/ssh/ssh_host_*; : > /etc/machine-id`;
    lxc('exec', 'maker', '--', 'sh', '-ec', script);
    await this.#lxd.instances.stop('maker', { force: true });
    const fingerprint = await this.#lxd.images.publish('maker', 'made', 'zstd');
    await this.#lxd.images.download(fingerprint, image(release));
    await this.#lxd.images.delete(fingerprint);
    await this.#lxd.instances.delete('maker');
  }

  async #create(host: string, alias: string, address: string): Promise<void> {
    await this.#lxd.instances.create({
      ...{ name: host, image: { alias }, config: { 'security.nesting': 'true' } },
      devices: {
        root: { type: 'disk', path: '/', pool: name },
        eth0: { type: 'nic', network: bridge, name: 'eth0', 'ipv4.address': address, hwaddr: macOf(address) },
      },
    });
    await this.#lxd.instances.start(host).catch(async (error) => {
      // LXD keeps what is done for five seconds only, and a busy computer may ask later
      if ((await this.#lxd.instances.get(host))?.status !== 'Running') throw error;
    });
  }

  async #host(host: string, key: string): Promise<void> {
    await this.#create(host, 'host', this.address(host));
    await this.#lxd.instances.makeDirectory(host, '/root/.ssh', { mode: 0o700 });
    await this.#lxd.instances.pushFile(host, '/root/.ssh/authorized_keys', key, { mode: 0o600 });
    const admin = `useradd -m -s /bin/bash admin; cp -r /root/.ssh /home/admin/; chown -R admin: /home/admin/.ssh
echo 'admin ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin`;
    lxc('exec', host, '--', 'sh', '-ec', admin);
    const ready =
      'until networkctl status eth0 | grep -q routable; do sleep 0.1; done; ssh-keygen -A; systemctl reset-failed ssh; systemctl restart ssh';
    lxc('exec', host, '--', 'sh', '-ec', ready);
  }

  async #clear(): Promise<void> {
    if ((await this.#root.projects.get(name)) !== undefined) {
      for (const { name: each, status } of await this.#lxd.instances.list()) {
        if (status !== 'Stopped') await this.#lxd.instances.stop(each, { force: true });
        await this.#lxd.instances.delete(each);
      }
      for (const { fingerprint } of await this.#lxd.images.list()) await this.#lxd.images.delete(fingerprint);
      await this.#root.projects.delete(name);
    }
    if ((await this.#root.networks.get(bridge)) !== undefined) await this.#root.networks.delete(bridge);
    if ((await this.#root.pools.get(name)) !== undefined) await this.#root.pools.delete(name);
  }
}

/** An ordinary user of this computer, with a key, images in his cache, and no LXD. */
export class Operator implements Disposable {
  readonly name = `rlv-operator${part}`;
  readonly home = `/home/${this.name}`;
  readonly key: string;

  constructor() {
    spawnSync('userdel', ['-r', '-f', this.name], { stdio: 'ignore' });
    must('useradd', '-m', '-s', '/bin/bash', this.name);
    mkdirSync(`${this.home}/.ssh`, { mode: 0o700 });
    must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${this.home}/.ssh/id_ed25519`);
    this.key = readFileSync(`${this.home}/.ssh/id_ed25519.pub`, 'utf8');
    mkdirSync(`${this.home}/.cache/relevo`, { recursive: true });
    const images = globSync(['base-*.tar.zst', 'relevo-*.tar.zst'].map((each) => join(cache, each)));
    // on a bare machine there is none yet
    if (images.length > 0) must('cp', '--reflink=auto', ...images, `${this.home}/.cache/relevo/`);
    must('chown', '-R', `${this.name}:`, this.home);
  }

  /** A directory of his with these files. */
  directory(files: Readonly<Record<string, string>>): string {
    const directory = mkdtempSync(join(this.home, 'project-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    must('chown', '-R', `${this.name}:`, directory);
    return directory;
  }

  /** The words that run a program as him, with a clean environment. */
  argv(...words: readonly string[]): string[] {
    const { uid, gid } = this.#ids();
    const environment = [`HOME=${this.home}`, `USER=${this.name}`, `PATH=${process.env['PATH']}`, 'CI=1', 'NO_COLOR=1'];
    return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', 'env', '-i', ...environment, ...words];
  }

  #ids(): { uid: number; gid: number } {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(must('id', flag, this.name)));
    return { uid: uid as number, gid: gid as number };
  }

  /** Its key, as he would after it was installed anew. */
  forgetHost(address: string): void {
    spawnSync('ssh-keygen', ['-R', address, '-f', `${this.home}/.ssh/known_hosts`], { stdio: 'ignore' });
    this.own(`${this.home}/.ssh/known_hosts`);
  }

  own(path: string): void {
    const { uid, gid } = this.#ids();
    chownSync(path, uid, gid);
  }

  [Symbol.dispose](): void {
    spawnSync('userdel', ['-r', '-f', this.name], { stdio: 'ignore' });
    rmSync(this.home, { recursive: true, force: true });
  }
}
