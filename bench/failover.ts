/**
 * What users notice of failures: `npm run bench:failover [-- --runs N] [-- --only TEXT]`. Open-loop load (200 requests/s,
 * every second one on a kept connection) on two primaries, one warm backup and two balancers on three machines, and at
 * the same time on a textbook HAProxy in front of the same servers. On an LXD of its own. Prints a table; "promoted" and
 * "repaired" are seconds from the fault to the first promotion and to the last step of the controllers.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Event } from '../src/domain/event.ts';
import type { Status } from '../src/domain/status.ts';
import { haproxyArgv } from '../test/rig/haproxy-versions.ts';
import { type Outcome, probe } from '../test/rig/prober.ts';

const home = '/var/lib/relevo-bench';
const environment = { ...process.env, LXD_DIR: `${home}/lxd`, RELEVO_HOME: `${home}/state` };
const directory = mkdtempSync(join(tmpdir(), 'relevo-failover-'));
const file = join(directory, 'relevo.yaml');
const project = 'relevo-failover';
const [port, textbookPort] = [1191, 1192];

function must(program: string, argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

const relevo = (command: string, ...words: string[]) => must('./relevo', [command, '-f', file, ...words]);
const status = () => JSON.parse(relevo('status', '--json')) as Status;

/** Beside the load: nothing may wait for it. */
function beside(program: string, ...argv: string[]): Promise<void> {
  const child = spawn(program, argv, { env: environment, stdio: 'ignore' });
  return new Promise((resolve) => child.on('close', () => resolve()));
}

const onHost = (...argv: string[]) => beside('lxc', ...argv, '--project', `relevo-${project}`);
const onMachine = (machine: string, ...argv: string[]) =>
  beside('lxc', 'exec', machine, '--project', `relevo-${project}`, '--', ...argv);

interface Place {
  readonly name: string;
  readonly machine: string;
}

const primary = (number: number): Place => status().instances[number - 1] as Place;
const holder = (): Place => status().balancers.find((each) => each.holder) as Place;

const inside = ({ name, machine }: Place, ...argv: string[]) =>
  onMachine(machine, 'lxc', 'exec', name, '--project', project, '--', ...argv);
const container = (action: readonly string[], { name, machine }: Place) =>
  onMachine(machine, 'lxc', ...action, name, '--project', project);

interface Fault {
  readonly name: string;
  /** The textbook's balancer is not hit by what hits ours. */
  readonly ours?: true;
  /** Chooses its target before the load begins. */
  prepare(): { inject(): Promise<void>; heal(): Promise<void> };
}

/** Of packets that the machine forwards to the instance's address. */
function cut(verdict: string) {
  const target = primary(1);
  const address = status().instances.find(({ name }) => name === target.name)?.address ?? '';
  const rule = `table ip bench { chain cut { type filter hook forward priority -10; ip daddr ${address} ${verdict}; }; }`;
  return {
    inject: () => onMachine(target.machine, 'nft', rule),
    heal: () => onMachine(target.machine, 'nft', 'delete table ip bench'),
  };
}

function machineOff(machine: string) {
  return { inject: () => onHost('stop', '--force', machine), heal: async () => void relevo('start') };
}

const faults: readonly Fault[] = [
  {
    name: 'web process killed',
    prepare: () => {
      const target = primary(1);
      return {
        inject: () => inside(target, 'pkill', '-9', 'apache2'),
        heal: () => inside(target, 'systemctl', 'restart', 'apache2'),
      };
    },
  },
  {
    name: 'web process frozen',
    prepare: () => {
      const target = primary(1);
      return {
        inject: () => inside(target, 'pkill', '-STOP', 'apache2'),
        heal: () => inside(target, 'pkill', '-CONT', 'apache2'),
      };
    },
  },
  {
    name: 'container stopped',
    prepare: () => {
      const target = primary(1);
      return { inject: () => container(['stop', '--force'], target), heal: () => container(['start'], target) };
    },
  },
  {
    name: 'container paused',
    prepare: () => {
      const target = primary(1);
      return { inject: () => container(['pause'], target), heal: () => container(['start'], target) };
    },
  },
  { name: 'cut, rejected', prepare: () => cut('meta l4proto tcp reject with tcp reset') },
  { name: 'cut, dropped', prepare: () => cut('drop') },
  {
    name: 'all primaries at once',
    prepare: () => {
      const all = [primary(1), primary(2)];
      const each = (...argv: string[]) => Promise.all(all.map((target) => inside(target, ...argv))).then(() => {});
      return { inject: () => each('pkill', '-9', 'apache2'), heal: () => each('systemctl', 'restart', 'apache2') };
    },
  },
  { name: "a server's machine off", prepare: () => machineOff('virtualMachine3') },
  {
    name: 'HAProxy killed',
    ours: true,
    prepare: () => {
      const target = holder();
      return { inject: () => inside(target, 'pkill', '-9', '-x', 'haproxy'), heal: async () => {} };
    },
  },
  {
    name: "balancer's container stopped",
    ours: true,
    prepare: () => {
      const target = holder();
      return { inject: () => container(['stop', '--force'], target), heal: () => container(['start'], target) };
    },
  },
  { name: "balancer's machine off", ours: true, prepare: () => machineOff(holder().machine) },
];

/** What most tutorials show, with HAProxy's own defaults for all else. */
function textbook(): ChildProcess {
  const { machines, instances } = status();
  const servers = instances.map(({ name, machine, address, role }) => {
    const slot = Number(address?.split('.')[3]) - 10;
    const at = machines.find((each) => each.name === machine)?.address;
    return `    server ${name} ${at}:${20_000 + slot} check${role === 'backup' ? ' backup' : ''}`;
  });
  const text = `defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
frontend web
    bind 127.0.0.1:${textbookPort}
    default_backend web
backend web
    balance roundrobin
    option httpchk GET /
${servers.join('\n')}
`;
  const config = join(directory, 'textbook.cfg');
  writeFileSync(config, text);
  const [program = '', ...words] = [...haproxyArgv('2.6'), '-db', '-f', config];
  return spawn(program, words, { stdio: 'ignore' });
}

async function allUp(): Promise<void> {
  for (let look = 0; look < 120; look += 1) {
    const { instances, balancers } = status();
    const holders = balancers.filter((each) => each.holder).length;
    if (instances.every(({ server }) => server === 'UP') && balancers.length === 2 && holders === 1) return;
    await sleep(500);
  }
  throw new Error('the servers do not come back');
}

interface Row {
  readonly fault: Fault;
  readonly ours: Outcome[];
  readonly textbook: Outcome[];
  readonly promoted: number[];
  readonly repaired: number[];
}

/** Seconds from then on; what did not happen is not counted. */
function reactions(since: number): { promoted?: number; repaired?: number } {
  const lines = relevo('events', '--json', '-n', '200').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Event);
  const after = (type: (event: Event) => boolean) =>
    events.filter(type).flatMap(({ at }) => (Date.parse(at) > since ? [(Date.parse(at) - since) / 1000] : []));
  const [promoted] = after((event) => event.type === 'noticed' && event.what === 'promoted');
  const repaired = after((event) => event.type === 'step-succeeded').at(-1);
  return { ...(promoted !== undefined && { promoted }), ...(repaired !== undefined && { repaired }) };
}

async function once({ fault, ours, textbook, ...row }: Row): Promise<void> {
  const { inject, heal } = fault.prepare();
  const load = { seconds: 14, perSecond: 200 };
  let injected = 0;
  const act = () => {
    injected = Date.now();
    return inject();
  };
  const runs = [
    probe(port, { ...load, at: [[1500, act]] }),
    ...(fault.ours ? [] : [probe(textbookPort, load)]),
  ] as const;
  const [mine, theirs] = await Promise.all(runs);
  ours.push(mine);
  if (theirs !== undefined) textbook.push(theirs);
  const { promoted, repaired } = reactions(injected);
  if (promoted !== undefined) row.promoted.push(promoted);
  if (repaired !== undefined) row.repaired.push(repaired);
  await heal();
  await allUp();
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const lost = ({ sent, ok }: Outcome) => sent - ok;

function line(fault: string, kind: string, outcomes: readonly Outcome[]): string {
  const [losses, latencies] = [outcomes.map(lost), outcomes.map(({ worst }) => worst)];
  const cells = [median(losses), Math.max(...losses), median(latencies), Math.max(...latencies)];
  return `${fault.padEnd(30)} ${kind.padEnd(9)} ${cells.map((cell) => String(cell).padStart(8)).join('')}`;
}

/** `0.6 / 0.8`: median and worst. */
function spread(seconds: readonly number[]): string {
  const text = seconds.length === 0 ? '–' : `${median(seconds).toFixed(1)} / ${Math.max(...seconds).toFixed(1)}`;
  return text.padStart(12);
}

function summary(rows: readonly Row[]): void {
  const sent = rows[0]?.ours[0]?.sent ?? 0;
  console.log(
    `\nof ${sent} requests each${' '.repeat(20)}      lost   worst  median   worst     promoted     repaired`,
  );
  console.log(`${' '.repeat(40)}  median             ms      ms`);
  for (const { fault, ours, textbook, promoted, repaired } of rows) {
    console.log(`${line(fault.name, 'relevo', ours)} ${spread(promoted)} ${spread(repaired)}`);
    if (textbook.length > 0) console.log(line('', 'textbook', textbook));
  }
}

function removeDaemon(): void {
  spawnSync('lxd', ['shutdown', '--timeout=30'], { env: environment, timeout: 60_000 });
  rmSync(home, { recursive: true, force: true });
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, only: { type: 'string' } } });
removeDaemon();
mkdirSync(home, { mode: 0o711 });
let other: ChildProcess | undefined;
try {
  must('./relevo', ['doctor', '--fix', '--yes']);
  cpSync('examples/miniproyecto', directory, { recursive: true });
  const text = readFileSync(file, 'utf8')
    .replace(/^name: .*/m, `name: ${project}`)
    .replace(/publish: \d+/, `publish: ${port}\n  replicas: 2`)
    .replace('place: [virtualMachine1]', 'place: [virtualMachine1, virtualMachine2]')
    .replace('replicas: 2 #', 'backups: 1\n    replicas: 2 #');
  writeFileSync(file, text);
  relevo('up', '--yes');
  other = textbook();
  await sleep(3000);
  const chosen = faults.filter(({ name }) => name.includes(values.only ?? ''));
  const rows: Row[] = chosen.map((fault) => ({ fault, ours: [], textbook: [], promoted: [], repaired: [] }));
  for (let run = 0; run < Number(values.runs); run += 1) {
    for (const row of rows) {
      await once(row);
      const last = [row.ours.at(-1), row.textbook.at(-1)].map(
        (each) => each && JSON.stringify({ ...each, servers: undefined }),
      );
      console.log(`${row.fault.name}: ${last.filter((each) => each !== undefined).join('  textbook ')}`);
    }
  }
  summary(rows);
} finally {
  other?.kill();
  spawnSync('./relevo', ['destroy', '--yes', '-f', file], { env: environment });
  removeDaemon();
  rmSync(directory, { recursive: true, force: true });
}
