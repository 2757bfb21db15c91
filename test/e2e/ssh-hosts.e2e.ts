import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/domain/status.ts';
import { title } from '../rig/load.ts';
import { gateway, network, Operator, SshHosts } from '../rig/ssh-hosts.ts';

/** Hosts with Debian 13 that can make no clones: one lets its user become root by password, one stands behind another and lets nobody else in. */
const names = ['alfa', 'beta', 'gamma'] as const;
const vip = `${network}.100`;
const port = 1090;
const example = 'examples/miniproyecto';
const password = 'correct horse';

let operator: Operator;
let hosts: SshHosts;
let directory: string;
const closed = `relevo_test_${network.replaceAll('.', '_')}`;

beforeAll(async () => {
  operator = new Operator();
  hosts = await SshHosts.make(names, operator.key, { release: '13', driver: 'dir' });
  hosts.givePassword('beta', password);
  close([hosts.address('gamma')], [22, 8443]);
  directory = operator.directory({
    'relevo.yaml': file(),
    'site/index.html': readFileSync(join(example, 'site/index.html'), 'utf8'),
  });
});

afterAll(async () => {
  if (typeof directory === 'string') await relevo('destroy', '--yes');
  spawnSync('nft', ['delete', 'table', 'inet', closed]);
  if (hosts instanceof SshHosts) await hosts[Symbol.asyncDispose]();
  operator[Symbol.dispose]();
});

/** A firewall between this computer and hosts. */
function close(addresses: readonly string[], ports: readonly number[]): void {
  const which = `ip saddr ${gateway} ip daddr { ${addresses.join(', ')} } tcp dport { ${ports.join(', ')} }`;
  const rules = `table inet ${closed} {\n chain out {\n type filter hook output priority 0\n ${which} drop\n }\n}\n`;
  const { status, stderr } = spawnSync('nft', ['-f', '-'], { input: rules, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function file(): string {
  const [alfa, beta, gamma] = names.map((name) => hosts.address(name));
  const each = [
    `alfa: { address: ${alfa}, user: root }`,
    `beta: { address: ${beta}, user: admin }`,
    `gamma: { address: ${gamma}, user: admin, jump: root@${alfa} }`,
  ];
  return readFileSync(join(example, 'relevo.yaml'), 'utf8')
    .replace(/^name: .*/m, 'name: relevo-e2e-hosts')
    .replace('provider: local', 'provider: ssh')
    .replace(/hosts: \[.*\]/, `hosts: { ${each.join(', ')} }`)
    .replace('[virtualMachine2, virtualMachine3]', '[beta, gamma, alfa]')
    .replace('place: [virtualMachine1]', `replicas: 2\n  vip: ${vip}\n  addresses: [${network}.101, ${network}.102]`)
    .replace(/publish: \d+/, `publish: ${port}`);
}

interface Outcome {
  readonly code: number;
  /** What a terminal shows: both streams. */
  readonly shown: string;
  readonly asked: number;
}

/** As the operator, on a terminal, who types the password whenever he is asked. */
function relevo(command: string, ...more: string[]): Promise<Outcome> {
  const [name = '', ...rest] = command.split(' ');
  const words = operator.argv(resolve('relevo'), name, '-f', join(directory, 'relevo.yaml'), ...rest, ...more);
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-q', '-e', '-E', 'never', '-c', quoted, '/dev/null'], { cwd: operator.home });
  return outcomeOf(child);
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let shown = '';
  let asked = 0;
  child.stdout?.on('data', (piece) => {
    shown += piece;
    const times = shown.split('Password for sudo').length - 1;
    for (; asked < times; asked += 1) child.stdin?.write(`${password}\n`);
  });
  return new Promise((done) => child.on('close', (code) => done({ code: code ?? -1, shown, asked })));
}

async function status(): Promise<Status> {
  const { shown } = await relevo('status', '--json');
  return JSON.parse(shown.slice(shown.indexOf('{'))) as Status;
}

describe('hosts as they are', () => {
  it('can’t be used without the password where nobody can be asked', async () => {
    const [program = '', ...argv] = operator.argv(resolve('relevo'), 'plan', '-f', join(directory, 'relevo.yaml'));
    const stderr = await new Promise((done) => {
      execFile(program, argv, { cwd: operator.home }, (_error, _stdout, said) => done(said));
    });
    expect(stderr).toMatch(/sudo on beta wants a password[\s\S]*run this on a terminal/);
  });

  it('are looked at by doctor, which asks for the password once', async () => {
    const { code, shown, asked } = await relevo('doctor');
    expect([code, shown, asked]).toEqual([0, expect.stringContaining('gamma: reachable'), 1]);
    expect(shown).not.toMatch(/✗/);
    expect(shown).toMatch(/! gamma: storage .*whole copies/);
    expect(shown).not.toContain(password);
  });

  it('make a cluster whose every member is spoken to', async () => {
    const { code, shown } = await relevo('up', '--yes');
    expect([code, shown.slice(-1500)]).toEqual([0, expect.stringContaining(`http://${vip}:${port}/`)]);
    expect(shown).toContain('instances will be whole copies');
    const { members, machines } = await status();
    expect(members.map(({ name, state }) => [name, state])).toEqual(names.map((name) => [name, 'ONLINE']));
    expect(machines.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    expect(new Set([await title(port, false, vip), await title(port, false, vip)]).size).toBe(2);
  });

  it('is spoken to through SSH alone where every host closes LXD’s port', async () => {
    close(
      names.map((name) => hosts.address(name)),
      [8443],
    );
    const ran = await relevo('exec web-1 -- hostname');
    expect([ran.code, ran.shown]).toEqual([0, expect.stringMatching(/web-1\s*$/)]);
  });

  it('are as they were when it is destroyed', async () => {
    const { code, shown } = await relevo('destroy', '--yes');
    expect([code, shown.slice(-500)]).toEqual([0, expect.stringContaining('host gamma')]);
    for (const name of names) expect(hosts.on(name, 'sh', '-c', 'ls /var/lib | grep -e lxd -e relevo || :')).toBe('');
  });
});
