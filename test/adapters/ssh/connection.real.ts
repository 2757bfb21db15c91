import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownHostsLine, type Way } from '../../../src/adapters/ssh/command.ts';
import { type AskPassword, Connection } from '../../../src/adapters/ssh/connection.ts';
import { RelevoError } from '../../../src/domain/failure.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { freePort } from '../../rig/port.ts';
import { Sshd, user } from '../../rig/sshd.ts';

/** The system's OpenSSH on both ends, on loopback. */
const home = mkdtempSync('/tmp/rlv-ssh-');
const config = join(home, 'ssh_config');
const users = { plain: 'rlv-plain', sudoer: 'rlv-sudoer', free: 'rlv-free', barred: 'rlv-barred' } as const;
const made: Disposable[] = [];
let server: Sshd;
let bastion: Sshd;
let count = 0;

/** Somebody who takes connections and says nothing. */
const silent = createTcpServer();
let mute = 0;

beforeAll(async () => {
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'id')]);
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'other')]);
  writeFileSync(join(home, 'authorized_keys'), readFileSync(join(home, 'id.pub')));
  spawnSync('chmod', ['755', home]);
  const options = [`UserKnownHostsFile ${home}/known_hosts`, 'IdentitiesOnly yes', 'IdentityAgent none'];
  writeFileSync(config, [`IdentityFile ${home}/id`, ...options, ''].join('\n'));
  writeFileSync(`${config}-other`, [`IdentityFile ${home}/other`, ...options, ''].join('\n'));
  for (const name of Object.values(users)) made.push(user(name, 'correct horse'));
  spawnSync('usermod', ['-s', '/usr/sbin/nologin', users.barred]);
  writeFileSync('/etc/sudoers.d/rlv-test', `${users.sudoer} ALL=(ALL) ALL\n${users.free} ALL=(ALL) NOPASSWD: ALL\n`);
  server = new Sshd(home, '127.0.5.1', await freePort('127.0.5.1'));
  bastion = new Sshd(home, '127.0.5.2', await freePort('127.0.5.2'));
  await Promise.all([server.start(), bastion.start()]);
  await new Promise<void>((resolve) => silent.listen(0, server.address, resolve));
  mute = (silent.address() as { port: number }).port;
});

afterAll(async () => {
  silent.close();
  await Promise.all([server.stop(), bastion.stop()]);
  for (const each of made) each[Symbol.dispose]();
  rmSync('/etc/sudoers.d/rlv-test', { force: true });
  rmSync(home, { recursive: true, force: true });
});

const nobody: AskPassword = () => Promise.reject(new Error('nobody is there'));

function connection(change: Partial<Way> = {}, ask = nobody): Connection & Disposable {
  count += 1;
  const at = { address: server.address, port: server.port, user: 'root' };
  const way: Way = {
    name: 'alfa',
    config,
    control: join(home, `m${count}`),
    unknownKeys: 'accept-new',
    ...at,
    ...change,
  };
  const made = new Connection(way, ask);
  return Object.assign(made, { [Symbol.dispose]: () => made.close() });
}

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(RelevoError);
  return (error as RelevoError).failure;
}

describe('a host over SSH', () => {
  it('runs commands as root, with their input, output and exit codes', async () => {
    using host = connection();
    const ran = await host.exec(['sh', '-c', 'id -u; cat; echo "$A" >&2; exit 7'], {
      stdin: "it's\n",
      environment: { A: "a 'b' $c \\ \n d" },
    });
    expect(ran).toEqual({ code: 7, stdout: "0\nit's\n", stderr: "a 'b' $c \\ \n d\n", whole: true });
    expect((await host.exec(['printf', '%s|', "'", '', '*', '\n', '-x'])).stdout).toBe("'||*|\n|-x|");
    expect((await host.exec(['sh', '-c', 'exit 255'])).code).toBe(254); // 255 is ssh's own
    expect((await host.exec(['pwd'], { cwd: '/var' })).stdout).toBe('/var\n');
    expect((await host.exec(['id', '-u'], { user: 65534 })).stdout).toBe('65534\n');
  });

  it('has one connection for all, at most eight commands at a time, and none when it is closed', async () => {
    const host = connection();
    const [log, control] = [join(home, 'log'), join(home, `m${count}`)];
    const argv = ['sh', '-c', 'echo + >> "$1"; sleep 0.2; echo - >> "$1"', 'sh', log];
    await Promise.all(Array.from({ length: 20 }, () => host.exec(argv)));
    let [now, most] = [0, 0];
    for (const sign of readFileSync(log, 'utf8').trim().split('\n')) {
      now += sign === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
    expect(server.connections()).toBe(1);
    host.close();
    await expect.poll(() => [server.connections(), existsSync(control)]).toEqual([0, false]);
  });

  it('carries a lot in both directions', async () => {
    using host = connection();
    const bytes = randomBytes(24 * 1024 ** 2);
    const sum = createHash('sha256').update(bytes).digest('hex');
    const ran = await host.exec(['sha256sum'], { stdin: Readable.from([bytes]) });
    expect(ran.stdout.split(' ')[0]).toBe(sum);
    const back = await host.exec(['sh', '-c', 'head -c 20000000 /dev/zero | tr "\\0" x']);
    expect(back.stdout.length).toBe(20_000_000);
    const lines: string[] = [];
    await host.exec(['seq', '3'], { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(lines).toEqual(['stdout 1', 'stdout 2', 'stdout 3']);
  });

  it('ends a command that does not end, on the host too', async () => {
    using host = connection();
    const told = await failure(host.exec(['sleep', '98765'], { timeout: 1 }));
    expect(told).toMatchObject({ code: 'unreachable', message: '`sleep` on alfa did not end within 1 s' });
    expect(told.hint).toContain('ssh -o BatchMode=yes');
    expect(spawnSync('pgrep', ['-f', '^sleep 98765']).status).toBe(1);
    const named = await failure(host.exec(['sleep', '9'], { timeout: 1, what: 'looking at alfa' }));
    expect(named.message).toBe('looking at alfa did not end within 1 s');
  });

  it('forwards a unix socket of the host, for this user alone', async () => {
    using host = connection();
    const far = join(home, 'far.sock');
    const http = createServer((_, answer) => answer.end('here')).listen(far);
    await host.forward(join(home, 'near.sock'), far);
    expect((await host.exec(['stat', '-c', '%a', join(home, 'near.sock')])).stdout).toBe('600\n');
    const text = await new Promise<string>((resolve, reject) => {
      request({ socketPath: join(home, 'near.sock') }, (answer) => answer.on('data', (data) => resolve(String(data))))
        .on('error', reject)
        .end();
    });
    expect(text).toBe('here');
    http.close();
    http.closeAllConnections();
  });

  it('runs commands whatever the configuration makes of sessions', async () => {
    const own = [
      'RemoteCommand tmux',
      'RequestTTY force',
      'SessionType none',
      'StdinNull yes',
      'ForkAfterAuthentication yes',
    ];
    writeFileSync(`${config}-own`, `${readFileSync(config, 'utf8')}${own.join('\n')}\n`);
    using host = connection({ config: `${config}-own`, jump: `root@${bastion.address}:${bastion.port}` });
    expect((await host.exec(['cat'], { stdin: 'x' })).stdout).toBe('x');
  });

  it('goes through a jump host', async () => {
    using host = connection({ jump: `root@${bastion.address}:${bastion.port}` });
    expect((await host.exec(['sh', '-c', 'echo $SSH_CONNECTION | cut -d" " -f3'])).code).toBe(0);
    expect(bastion.connections()).toBe(1);
  });

  it('becomes root by sudo', async () => {
    using host = connection({ user: users.free });
    expect((await host.exec(['id', '-u'])).stdout).toBe('0\n');
    expect((await host.exec(['cat'], { stdin: 'x' })).stdout).toBe('x');
  });

  it('asks once for a password of sudo, again where it is wrong, and never sends it to a command', async () => {
    const asked: [string, boolean][] = [];
    const answers = ['wrong', 'correct horse'];
    using host = connection({ user: users.sudoer }, async (name, again) => {
      asked.push([name, again]);
      return new Secret(answers[asked.length - 1] as string);
    });
    expect((await host.exec(['sh', '-c', 'id -u; cat'], { stdin: 'x' })).stdout).toBe('0\nx');
    expect((await host.exec(['cat'])).stdout).toBe('');
    expect(asked).toEqual([
      ['alfa', false],
      ['alfa', true],
    ]);
  });

  it('trusts a host that it sees for the first time, and a pinned key alone where there is one', async () => {
    const knownHosts = join(home, 'pinned');
    writeFileSync(knownHosts, knownHostsLine(server.key));
    using right = connection({ knownHosts });
    expect((await right.exec(['true'])).code).toBe(0);
    writeFileSync(knownHosts, knownHostsLine(bastion.key));
    using wrong = connection({ knownHosts });
    const told = await failure(wrong.exec(['true']));
    expect(told.code).toBe('refused');
    expect(told.message).toMatch(/another host key/);
  });

  const refusals: [what: string, change: () => Partial<Way>, code: string, message: RegExp][] = [
    ['nobody listens', () => ({ port: 1 }), 'unreachable', /no SSH server listens on alfa/],
    ['it does not answer', () => ({ port: mute }), 'unreachable', /alfa \(127\.0\.5\.1\) does not answer/],
    ['the key is another one', () => ({ config: `${config}-other` }), 'refused', /lets nobody in with your keys/],
    [
      'the user is unknown there',
      () => ({ user: 'nobody-of-that-name' }),
      'refused',
      /nobody in with your keys as nobody/,
    ],
    [
      'the jump host is away',
      () => ({ jump: 'root@127.0.5.2:1' }),
      'unreachable',
      /no SSH server listens|can't be reached/,
    ],
    ['the user has no shell', () => ({ user: users.barred }), 'refused', /rlv-barred on alfa has no shell/],
    ['sudo wants a password', () => ({ user: users.sudoer }), 'refused', /sudo on alfa wants a password/],
    [
      'the user may not become root',
      () => ({ user: users.plain }),
      'refused',
      /sudo on alfa wants a password|may not become root/,
    ],
  ];

  it.each(refusals)('says so where %s, and how to see it', { timeout: 30_000 }, async (_, change, code, message) => {
    using host = connection(change());
    const told = await failure(host.exec(['true']));
    expect([told.code, told.message]).toEqual([code, expect.stringMatching(message)]);
    expect(told.hint).toMatch(/to see it yourself: ssh -o BatchMode=yes -F .* true/);
    expect(told.evidence?.lines.join('')).not.toBe('');
  });

  it('says so where the password of sudo is wrong, or its user may not use it', async () => {
    using wrong = connection({ user: users.sudoer }, async () => new Secret('wrong'));
    expect((await failure(wrong.exec(['true']))).message).toBe('sudo on alfa does not take this password');
    using plain = connection({ user: users.plain }, async () => new Secret('correct horse'));
    expect((await failure(plain.exec(['true']))).message).toBe(`${users.plain} may not become root on alfa`);
  });

  it('refuses a host whose key has changed, and tells how to forget the old one', async () => {
    const { port, address } = server;
    await server.withAnotherKey();
    using host = connection();
    const told = await failure(host.exec(['true']));
    expect([told.code, told.message]).toEqual(['refused', expect.stringMatching(/another host key than before/)]);
    expect(told.hint).toContain(`ssh-keygen -R '[${address}]:${port}'`);
    rmSync(join(home, 'known_hosts'));
  });

  it('goes on over a new connection where the old one was cut between commands', async () => {
    using host = connection();
    await host.exec(['true']);
    spawnSync('ss', ['-K', 'dport', '=', `:${server.port}`, 'dst', server.address]);
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n');
  });

  it('repeats what only looks, and nothing else, where the connection breaks off meanwhile', async () => {
    using host = connection();
    const mark = join(home, 'ran');
    const script = `echo >> ${mark}; [ $(wc -l < ${mark}) -gt 1 ] || { sleep 0.2; ss -K sport = :${server.port} >/dev/null; sleep 5; }; echo done`;
    expect((await host.exec(['sh', '-c', script], { onlyLooks: true })).stdout).toBe('done\n');
    expect(readFileSync(mark, 'utf8')).toBe('\n\n');
    rmSync(mark);
    const told = await failure(host.exec(['sh', '-c', script]));
    expect(told.message).toMatch(/the connection to alfa broke off while `sh` ran/);
    expect(readFileSync(mark, 'utf8')).toBe('\n');
  });
});
