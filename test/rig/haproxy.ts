import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageFile } from '../../src/domain/desired.ts';
import { revealed } from '../../src/domain/secret.ts';
import { overloadName } from '../../src/render/haproxy.ts';
import { stateProgram } from '../../src/render/haproxy-state.ts';
import { certificateList } from '../../src/render/haproxy-tls.ts';
import { type HaproxyVersion, haproxyArgv } from './haproxy-versions.ts';
import { freePort } from './port.ts';

/** A configuration with the files that it refers to. */
export interface Setup {
  readonly text: string;
  readonly files?: readonly ImageFile[];
}

export interface Haproxy extends AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
  readonly statsPort: number;
  /** Where services call one another. */
  readonly callsPort: number;
  /** Of the Runtime API. */
  readonly socket: string;
  /** Lines of the access log. */
  readonly log: readonly string[];
  /** A command of the Runtime API. */
  runtime(command: string): Promise<string>;
  /** As `systemctl reload haproxy` does it in a balancer, with another configuration or the same. */
  reload(text?: string): Promise<void>;
  /** What is run in a balancer, run here. */
  run(argv: readonly string[], stdin?: string): Promise<{ code: number; stdout: string; stderr: string }>;
  /** A column of `show stat`, by server; without the backends for overload. */
  column(name: string): Promise<Record<string, string>>;
  /** Resolves when `holds` does, asked every 20 ms; the milliseconds that it took. */
  until(holds: () => Promise<boolean>): Promise<number>;
}

/** What `haproxy -c` says against a configuration; nothing where it is good. */
export function complaintsOf(version: HaproxyVersion, setup: Setup): string {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-haproxy-'));
  try {
    const file = write(directory, setup, [18080, 18443, 18404, 18708], 514);
    writeFileSync(join(directory, 'server-state'), '1\n');
    const [program = '', ...words] = [...haproxyArgv(version), '-c', '-f', file];
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    const said = complaintsIn(`${stdout}\n${stderr}`);
    return status === 0 ? said : `exit code ${status}: ${said}`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Of what HAProxy says about a configuration, without its own version and that all is well. */
export function complaintsIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => !/^(\[NOTICE\]|Configuration file is valid|Warnings were found|$)/.test(line))
    .join('\n');
}

/** HAProxy as a child process on ports of loopback, a master with its workers; resolves when it answers. */
export async function startHaproxy(version: HaproxyVersion, setup: Setup): Promise<Haproxy> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-haproxy-'));
  const log: string[] = [];
  const syslog = createSocket('udp4', (message) => log.push(message.toString()));
  await new Promise<void>((done) => syslog.bind(0, '127.0.0.1', done));
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const file = write(directory, setup, ports, syslog.address().port);
  await keepState(directory, 'start');
  const [program = '', ...words] = [...haproxyArgv(version), '-W', '-db', '-S', masterIn(directory), '-f', file];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (piece) => said.push(String(piece)));
  const socket = join(directory, 'admin.sock');
  const runtime = (command: string) => talk(socket, command);
  const info = () => talk(socket, 'show info', turnLimit);
  const haproxy: Haproxy = {
    ...{ port: ports[0], tlsPort: ports[1], statsPort: ports[2], callsPort: ports[3], socket, log, runtime, until },
    column: async (name) => columnOf(await runtime('show stat -1 4 -1'), name),
    async reload(text) {
      if (text !== undefined) write(directory, { text }, ports, syslog.address().port);
      const before = await newest(directory);
      await keepState(directory, 'reload');
      child.kill('SIGUSR2');
      await until(async () => {
        const now = await newest(directory, turnLimit).catch(() => before);
        return now !== before && /^Pid: (\d+)/m.exec(await info().catch(() => ''))?.[1] === now;
      });
    },
    run: (argv, stdin = '') => runHere(directory, argv, stdin, version),
    async [Symbol.asyncDispose]() {
      await ended(child);
      syslog.close();
      rmSync(directory, { recursive: true });
      rmSync(masterIn(directory), { force: true });
    },
  };
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said.join('')}`);
    const answers = await Promise.all([info(), newest(directory, turnLimit)]).catch(() => ['']);
    return !answers.includes('');
  });
  return haproxy;
}

function masterIn(directory: string): string {
  return `${directory}-master.sock`;
}

/** The process id of the worker of now. */
async function newest(directory: string, limit = answerLimit): Promise<string> {
  const processes = await talk(masterIn(directory), 'show proc', limit);
  return /^# workers\n(\d+)/m.exec(processes)?.[1] ?? '';
}

/** The program of a balancer's unit, on the test's files. */
async function keepState(directory: string, when: 'start' | 'reload'): Promise<void> {
  const file = join(directory, 'haproxy-state');
  writeFileSync(file, here(String(stateProgram().content), directory));
  const { code, stderr } = await runHere(directory, ['sh', file, when]);
  if (code !== 0) throw new Error(`haproxy-state ${when}: ${stderr}`);
}

async function runHere(directory: string, argv: readonly string[], stdin = '', version?: HaproxyVersion) {
  const [program = '', ...words] = argv.map((word) => (word.startsWith(directory) ? word : here(word, directory)));
  const child = spawn(program, words, { env: environment(directory, version) });
  child.stdin.on('error', () => undefined); // a program that reads nothing may end before the end of its input
  child.stdin.end(stdin);
  const code = new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** A balancer has socat and HAProxy with its user; here a few lines do what is wanted of them. */
function environment(directory: string, version: HaproxyVersion | undefined): NodeJS.ProcessEnv {
  const programs = join(directory, 'bin');
  mkdirSync(programs, { recursive: true });
  const socat = `#!${process.execPath}
const socket = require('node:net').connect(process.argv.at(-1).replace('UNIX-CONNECT:', ''));
socket.on('error', () => process.exit(1));
process.stdin.on('end', () => setTimeout(process.exit, 5000).unref()); // its -t5: a worker that ends while it is asked never answers
process.stdin.pipe(socket).pipe(process.stdout);
`;
  writeFileSync(join(programs, 'socat'), socat, { mode: 0o755 });
  const haproxy = `#!/bin/sh
for each; do case $each in *.cfg) sed -i -E '/^ *(user|group) haproxy$/d' "$each";; esac; done
exec ${version === undefined ? 'false' : haproxyArgv(version).join(' ')} "$@"
`;
  writeFileSync(join(programs, 'haproxy'), haproxy, { mode: 0o755 });
  return { ...process.env, PATH: `${programs}:${process.env['PATH']}` };
}

function write(directory: string, { text, files = [] }: Setup, ports: readonly number[], syslogPort: number): string {
  for (const { target, content } of files) {
    const path = target.replace('/etc/haproxy/relevo', directory);
    mkdirSync(join(path, '..'), { recursive: true });
    const itself = revealed(content);
    writeFileSync(path, target === certificateList ? here(String(itself), directory) : itself);
  }
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, relocated(text, directory, ports, syslogPort));
  return file;
}

/** The same configuration in a directory of the test's, on ports of the test's, and as the user of the test. */
function relocated(config: string, directory: string, ports: readonly number[], syslogPort: number): string {
  return here(config, directory)
    .replaceAll(/bind :::8080 v6only/g, `bind [::1]:${ports[0]} v6only`)
    .replaceAll(/bind :::(4443|8443) v6only/g, `bind [::1]:${ports[1]} v6only`)
    .replaceAll('bind :8080\n', `bind 127.0.0.1:${ports[0]}\n`)
    .replaceAll(/bind :(4443|8443) /g, `bind 127.0.0.1:${ports[1]} `)
    .replaceAll('bind :8404', `bind 127.0.0.1:${ports[2]}`)
    .replace(/bind :9708 interface eth0/, `bind 127.0.0.1:${ports[3]}`)
    .replace('log /dev/log', `log 127.0.0.1:${syslogPort}`)
    .replace(/^ *(user|group) haproxy\n/gm, '');
}

function here(text: string, directory: string): string {
  return text
    .replaceAll('/etc/haproxy/relevo', directory)
    .replaceAll('/etc/haproxy', directory)
    .replaceAll('/run/haproxy', directory)
    .replaceAll('/run/relevo-trial', join(directory, 'trial'))
    .replaceAll('/var/lib/haproxy', directory);
}

/** Milliseconds: long, since after a stall of this process the timer comes before the answer. */
const answerLimit = 5000;

/** Where it is asked again: a master that executes itself anew, and a worker that ends, forget who asked them. */
const turnLimit = 1000;

function talk(socket: string, command: string, limit = answerLimit): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const connection = connect(socket, () => connection.end(`${command}\n`));
    connection.setTimeout(limit, () => connection.destroy(new Error(`no answer to ${command}`)));
    connection.on('data', (piece) => {
      answer += piece;
    });
    connection.on('error', reject);
    connection.on('end', () => resolve(answer));
  });
}

function columnOf(csv: string, name: string): Record<string, string> {
  const [header = '', ...rows] = csv.trim().split('\n');
  const columns = header.replace('# ', '').split(',');
  const cells = rows.map((row) => row.split(',')).filter(([backend = '']) => !backend.endsWith(overloadName('')));
  return Object.fromEntries(cells.map((row) => [row[1] ?? '', row[columns.indexOf(name)] ?? '']));
}

async function until(holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > 20_000) throw new Error('it did not come true within 20 s');
    await sleep(20);
  }
  return Math.round(performance.now() - began);
}

/** Its workers with it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
}
