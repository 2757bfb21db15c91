import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkFiles } from '../../src/render/link.ts';
import type { Network } from './shared-address.ts';

/** A host with a bridge of its own and the real `relevo-link`, as a network namespace; what is on its bridge is so too. */
export interface StandInHost {
  /** Network namespace. */
  readonly name: string;
  /** Of its interface on the hosts' network. */
  readonly mac: string;
  /** Gives the namespace a balancer's two cables, or with a name of another kind one cable only: `eth1`. */
  plug(namespace: string, cable?: string): void;
  /** The host's routes to what it stands in for, an address each. */
  leads(): string[];
  /** Ends `relevo-link` by SIGKILL; it is started again by `startLink`. */
  killLink(): Promise<void>;
  startLink(): void;
  /** All that it has said. */
  said(): string;
}

/** `number`: from 1 on. Routers and firewalls are as strict as they can be: reverse path filter, NAT of the bridge's own. */
export function makeHost(made: AsyncDisposableStack, { subnet, bridge }: Network, number: number): StandInHost {
  const [name, cable, address] = [`${bridge}-h${number}`, `${bridge}${number}`, `${subnet}.${20 + number}`];
  const inside = (...argv: readonly string[]) => must('ip', 'netns', 'exec', name, ...argv);
  ip('netns', 'add', name);
  made.defer(() => void ip('netns', 'delete', name));
  ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'ens3', 'netns', name);
  ip('link', 'set', cable, 'master', bridge, 'up');
  for (const words of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', `${address}/24`, 'dev', 'ens3'],
    ['link', 'set', 'ens3', 'up'],
    ['route', 'add', 'default', 'via', `${subnet}.1`],
    ['link', 'add', 'relevo0', 'type', 'bridge'],
    ['address', 'add', '198.19.0.1/16', 'dev', 'relevo0'],
    ['link', 'set', 'relevo0', 'up'],
  ])
    ip('-n', name, ...words);
  inside('sysctl', '-q', '-w', ...['all', 'ens3', 'relevo0'].map((each) => `net.ipv4.conf.${each}.rp_filter=1`));
  inside(
    'nft',
    'table ip nat { chain leaving { type nat hook postrouting priority 100; ip saddr 198.19.0.0/16 ip daddr != 198.19.0.0/16 masquerade; }; }',
  );
  const mac = inside('cat', '/sys/class/net/ens3/address').trim();
  const link = standIn(made, name, { subnet, address });
  link.start();
  return {
    ...{ name, mac, said: link.said, killLink: link.kill, startLink: link.start },
    plug: (namespace, cable) => plug(name, number, namespace, cable),
    leads: () => ip('-n', name, '-4', '-o', 'route', 'show', 'dev', 'relevo0', 'proto', '198').match(/^[\d.]+/gm) ?? [],
  };
}

function plug(host: string, number: number, namespace: string, cable?: string): void {
  const wires = cable === undefined ? { eth0: `veth${number}`, eth1: `outer${number}` } : { eth1: cable };
  for (const [inner, outer] of Object.entries(wires)) {
    ip('-n', host, 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', namespace);
    ip('-n', host, 'link', 'set', outer, 'master', 'relevo0', 'up');
    ip('-n', namespace, 'link', 'set', inner, 'up');
  }
  if (cable !== undefined) return;
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  ip('-n', namespace, 'address', 'add', `198.19.0.${10 + number}/16`, 'dev', 'eth0');
  ip('-n', namespace, 'route', 'add', 'default', 'via', '198.19.0.1');
}

function standIn(made: AsyncDisposableStack, name: string, { subnet, address }: { subnet: string; address: string }) {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-link-'));
  made.defer(() => rmSync(directory, { recursive: true }));
  const own = [2, 3, 4, 5].map((each) => `${subnet}.${each}`);
  const [program, unit] = linkFiles({ interface: 'ens3', address, shared: `${subnet}.10`, own });
  writeFileSync(join(directory, 'link'), String(program?.content));
  const words = /^ExecStart=\S+ (.*)$/m.exec(String(unit?.content))?.[1]?.split(' ') ?? [];
  let running: ChildProcess | undefined;
  let text = '';
  const kill = async () => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  };
  const start = () => {
    const argv = ['netns', 'exec', name, 'setpriv', '--bounding-set=-all,+net_admin,+net_raw', '--pdeathsig', 'KILL'];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn('ip', [...argv, 'perl', join(directory, 'link'), ...words], { stdio: [...stdio] });
    running = child;
    child.once('exit', () => child === running && setTimeout(() => child === running && start(), 500)); // as systemd does
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        text += piece;
      });
  };
  made.defer(kill);
  return { start, kill, said: () => text };
}

/** As a switch with port security: from and to each port only its host's own hardware address. */
export function filterStrangers(made: AsyncDisposableStack, { bridge }: Network, hosts: readonly StandInHost[]): void {
  const table = `bridge ${bridge}`;
  const rules = hosts.flatMap(({ mac }, index) => [
    `iifname "${bridge}${index + 1}" ether saddr != ${mac} counter drop`,
    `oifname "${bridge}${index + 1}" ether daddr != { ${mac}, ff:ff:ff:ff:ff:ff } drop`,
  ]);
  const chain = (hook: string) =>
    `chain ${hook} { type filter hook ${hook} priority 0; ${rules.filter((each) => each.startsWith(hook === 'prerouting' ? 'i' : 'o')).join('; ')}; };`;
  must('nft', `table ${table} { ${chain('prerouting')} ${chain('postrouting')} }`);
  made.defer(() => void must('nft', 'delete', 'table', 'bridge', bridge));
}

/** `ip` on this host. */
export function ip(...words: readonly string[]): string {
  return must('ip', ...words);
}

function must(program: string, ...argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${stderr}`);
  return stdout;
}
