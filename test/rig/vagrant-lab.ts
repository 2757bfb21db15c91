import { execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Of the tests' machines, a /24 that is theirs: what comes before the last dot. */
export const network = '198.18.242';
const bridge = 'lxcbr0';
const table = 'relevo_test_vagrant';
const box = '/var/cache/relevo-test/vagrant-lxc-debian-12-v2.box';
const images = '/var/cache/relevo';
const packages = ['vagrant', 'vagrant-lxc', 'lxc', 'bridge-utils', 'redir'];

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

function must(program: string, ...argv: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}

const may = (program: string, ...argv: string[]) => spawnSync(program, argv, { encoding: 'utf8' });

/**
 * Debian's Vagrant with machines of LXC, on a bridge, with a home and a box of the tests' own. `project`: how its machines are
 * called; what an earlier run left of them is removed.
 */
export class VagrantLab implements Disposable {
  readonly project: string;
  readonly directory: string;

  constructor(project: string) {
    this.project = project;
    for (const name of ['vagrant', 'lxc-start', 'mmdebstrap']) if (may('which', name).status !== 0) install();
    this.#clear();
    makeBridge();
    if (!existsSync(box)) {
      mkdirSync('/var/cache/relevo-test', { recursive: true });
      must('test/rig/vagrant-box.sh', box);
    }
    this.directory = mkdtempSync(join(tmpdir(), `${project}-`));
    this.run('vagrant', 'box', 'add', '--name', 'relevo/test', box);
  }

  /** The mini-project on machines of the lab, in a directory of its own. */
  file(): string {
    const example = 'examples/miniproyecto';
    const home = join(this.directory, 'source');
    cpSync(example, home, { recursive: true });
    const hosts = [1, 2, 3].map((number) => `virtualMachine${number}: ${this.address(number)}`).join(', ');
    const text = readFileSync(join(example, 'relevo.yaml'), 'utf8')
      .replace(/^name: .*/m, `name: ${this.project}`)
      .replace(/provider: local.*/, 'provider: vagrant\n  hypervisor: lxc\n  box: relevo/test')
      .replace(/hosts: \[.*\]/, `hosts: { ${hosts} }`);
    writeFileSync(join(home, 'relevo.yaml'), text);
    return join(home, 'relevo.yaml');
  }

  /** Where the site answers, on the first machine. */
  get entry(): string {
    return this.address(1);
  }

  address(number: number): string {
    return `${network}.${10 + number}`;
  }

  get environment(): NodeJS.ProcessEnv {
    const home = join(this.directory, 'home');
    const { VAGRANT_DEFAULT_PROVIDER: _, ...rest } = process.env;
    return {
      ...rest,
      VAGRANT_HOME: home,
      RELEVO_HOME: join(this.directory, 'state'),
      HOME: process.env['HOME'] ?? '/root',
    };
  }

  run(program: string, ...argv: string[]): string {
    const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8', env: this.environment });
    if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Beside the test's own loop, which makes load meanwhile. */
  start(cwd: string, program: string, ...argv: string[]): Promise<Outcome> {
    const child = spawn(program, argv, { cwd, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        output += piece;
      });
    return new Promise((done) =>
      child.on('close', (code, signal) => {
        const said = output.replace(/^\/usr\/.*:in .*\n/gm, ''); // where in Vagrant it failed: pages of it
        done({ code: code ?? -1, output: signal === null ? said : `${said}\nended by ${signal}` });
      }),
    );
  }

  /** What Relevo has built before, so that nothing is built in the machines: the images that the plan lacks. */
  giveImages(file: string, to: string): void {
    const env = { ...this.environment, RELEVO_CACHE: join(this.directory, 'no-images') };
    const { stdout: plan } = spawnSync('./relevo', ['plan', '-f', file, '--json'], { encoding: 'utf8', env });
    const aliases = [...new Set(plan.match(/relevo-[0-9a-f]{16}/g) ?? [])];
    mkdirSync(to, { recursive: true });
    for (const name of ['base-debian-12-v2', ...aliases]) {
      const source = join(images, `${name}.tar.zst`);
      if (existsSync(source)) cpSync(source, join(to, `${name}.tar.zst`));
    }
  }

  container(number: number): string {
    return `${this.project}-virtualMachine${number}`;
  }

  /** Without warning, as if the plug were pulled: its cable first, for processes take a moment to die. */
  async cutPower(number: number): Promise<void> {
    const cable = /^Link: +(\S+)/m.exec(must('lxc-info', '-n', this.container(number)))?.[1];
    if (cable !== undefined) must('ip', 'link', 'set', cable, 'down');
    await promisify(execFile)('lxc-stop', ['-k', '-n', this.container(number)]); // beside the load
  }

  /** The process that is a machine's first one; other after each start. */
  pid(number: number): string {
    return must('lxc-info', '-p', '-H', '-n', this.container(number)).trim();
  }

  containers(): string[] {
    return must('lxc-ls', '-1')
      .split('\n')
      .filter((name) => name.startsWith(`${this.project}-`));
  }

  [Symbol.dispose](): void {
    this.#clear();
    may('nft', 'delete', 'table', 'ip', table);
    may('ip', 'link', 'delete', bridge);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #clear(): void {
    for (const name of this.containers()) {
      may('lxc-stop', '-k', '-n', name);
      must('lxc-destroy', '-n', name);
    }
  }
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }; // nothing of it is started
  const apt = (...argv: string[]) => spawnSync('apt-get', [...argv, '-y', '-q'], { env, encoding: 'utf8' });
  apt('update');
  const { status, stderr } = apt('install', '--no-install-recommends', 'mmdebstrap', ...packages);
  if (status !== 0) throw new Error(`Vagrant can't be installed: ${stderr}`);
}

/** As LXC's own lxc-net makes it, without DHCP: the machines' addresses are in the Vagrantfile. */
function makeBridge(): void {
  may('ip', 'link', 'delete', bridge);
  must('ip', 'link', 'add', bridge, 'type', 'bridge');
  must('ip', 'address', 'add', `${network}.1/24`, 'dev', bridge);
  must('ip', 'link', 'set', bridge, 'up');
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  may('nft', 'delete', 'table', 'ip', table);
  const rule = `ip saddr ${network}.0/24 ip daddr != ${network}.0/24 masquerade`;
  must(
    'nft',
    `add table ip ${table}; add chain ip ${table} out { type nat hook postrouting priority 100; }; add rule ip ${table} out ${rule}`,
  );
}
