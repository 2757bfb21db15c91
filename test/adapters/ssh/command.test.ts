import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as command from '../../../src/adapters/ssh/command.ts';
import { failureOf } from '../../../src/adapters/ssh/failures.ts';

const way: command.Way = { name: 'alfa', address: '192.0.2.11', control: '/run/x/0', unknownKeys: 'accept-new' };
const full: command.Way = {
  ...{ ...way, user: 'admin', port: 2222, jump: 'op@bastion.example.org:22022', config: "/home/o'b/config" },
  knownHosts: '/run/x/k0',
};
const manner =
  '-o BatchMode=yes -o ConnectTimeout=5 -o ConnectionAttempts=1 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ForwardAgent=no -o ForwardX11=no -o PermitLocalCommand=no -o RemoteCommand=none -o EscapeChar=none -o LogLevel=ERROR';

describe('the ssh commands', () => {
  it('are these', () => {
    expect(command.sessionArgv(way, 'X').join(' ')).toBe(
      `ssh -T ${manner} -o StrictHostKeyChecking=accept-new -o ControlPath=/run/x/0 -o ClearAllForwardings=yes -o ControlMaster=auto -o ControlPersist=120 -- 192.0.2.11 X`,
    );
    const master = '-o ControlPath=/run/x/0 -o StreamLocalBindMask=0177';
    expect(command.exitArgv(way).join(' ')).toBe(`ssh -F none ${master} -O exit -- 192.0.2.11`);
    expect(command.forwardArgv(way, '/run/x/t1', '192.0.2.11:8443').join(' ')).toBe(
      `ssh -F none ${master} -O forward -L /run/x/t1:192.0.2.11:8443 -- 192.0.2.11`,
    );
  });

  it('ask for an ordinary session, whatever the configuration has, where this ssh knows of others', () => {
    expect(command.sessionArgv({ ...way, hasSessionTypes: true }, 'X')).toEqual(
      expect.arrayContaining(['SessionType=default', 'StdinNull=no', 'ForkAfterAuthentication=no']),
    );
  });

  it('pin a key, and go through another host that is held to the same manner', () => {
    const argv = command.sessionArgv(full, 'X');
    expect(argv).toEqual(
      expect.arrayContaining([
        'StrictHostKeyChecking=yes',
        'UserKnownHostsFile=/run/x/k0',
        'GlobalKnownHostsFile=none',
        'HostKeyAlias=relevo-host',
        `ProxyCommand=ssh -F '/home/o'\\''b/config' ${manner} -o StrictHostKeyChecking=accept-new -l op -p 22022 -W '[%h]:%p' bastion.example.org`,
      ]),
    );
    expect(argv.join(' ')).toContain('-l admin -p 2222');
    expect(argv.slice(-3)).toEqual(['--', '192.0.2.11', 'X']);
    expect(command.tryCommand(full)).toBe(
      "ssh -o BatchMode=yes -F /home/o'b/config -J op@bastion.example.org:22022 -p 2222 admin@192.0.2.11 true",
    );
  });

  it('become root in three ways, and have nothing of a script in them', () => {
    const [itself, sudo, password] = (['itself', 'sudo', 'sudo with a password'] as const).map(command.remoteCommand);
    expect(itself).toMatch(/^exec sh -c '[^']*'$/);
    expect(sudo).toBe(itself?.replace('exec ', 'exec env LC_ALL=C sudo -n -- '));
    expect(password).toBe(itself?.replace('exec ', "exec env LC_ALL=C sudo -k -S -p '' -- "));
  });

  it.each(['dash', 'bash'])('let sudo speak English, whatever the login shell is (%s)', (shell) => {
    const bin = mkdtempSync(join(tmpdir(), 'rlv-sudo-'));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    const speaks =
      '[ "$LC_ALL" = C ] && echo "sudo: a password is required" >&2 || echo "sudo: Ein Passwort ist notwendig" >&2';
    writeFileSync(join(bin, 'sudo'), `#!/bin/sh\n${speaks}\nexit 1\n`, { mode: 0o755 });
    writeFileSync(join(bin, 'id'), '#!/bin/sh\necho 1000\n', { mode: 0o755 });
    const env = { PATH: `${bin}:/usr/bin:/bin`, LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', HOME: bin };
    for (const [line, input] of [
      [command.remoteCommand('sudo'), ''],
      [command.remoteCommand('sudo with a password'), ''],
      [command.remoteCommand(undefined), command.scriptLine(command.rootProbe)],
    ] as const) {
      const { stdout, stderr } = spawnSync(shell, ['-c', line], { env, input, encoding: 'utf8' });
      expect(`${stdout}${stderr}`).toContain('sudo: a password is required');
    }
  });

  it('know where there is no sudo', () => {
    const bin = mkdtempSync(join(tmpdir(), 'rlv-bin-'));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    writeFileSync(join(bin, 'id'), '#!/bin/sh\necho 1000\n', { mode: 0o755 });
    const { stdout } = spawnSync('/bin/sh', ['-c', command.rootProbe], { env: { PATH: bin }, encoding: 'utf8' });
    expect(failureOf({ name: 'alfa', address: '192.0.2.11' } as command.Way, stdout).failure.message).toContain(
      'has no sudo',
    );
  });

  it.each(['dash', 'bash'])('hand any words over, whatever line comes before them (%s)', (shell) => {
    const words = ['', ' ', "it's", '$HOME', '`id`', '\\', '\n', '*', '-n', 'ñ', '"', '!!'];
    const script = command.commandScript(['printf', '[%s]', ...words], { timeout: 5 });
    for (const before of ['', 'a password\n']) {
      const { stdout } = spawnSync(shell, ['-c', command.remoteCommand('itself')], {
        input: before + command.scriptLine(script),
        encoding: 'utf8',
      });
      expect(stdout).toBe(`${command.ready}\n${words.map((word) => `[${word}]`).join('')}`);
    }
  });
});

describe('what ssh and sudo say', () => {
  const said: [text: string, code: string, message: RegExp][] = [
    ['ssh: connect to host 192.0.2.11 port 22: Connection refused', 'unreachable', /no SSH server listens on alfa/],
    ['ssh: connect to host 192.0.2.11 port 22: Connection timed out', 'unreachable', /does not answer/],
    ['ssh: connect to host 192.0.2.11 port 22: No route to host', 'unreachable', /does not answer/],
    ['ssh: Could not resolve hostname bastion: Name or service not known', 'unreachable', /can't be resolved/],
    ['root@192.0.2.11: Permission denied (publickey).', 'refused', /lets nobody in with your keys/],
    ['Received disconnect: Too many authentication failures', 'refused', /refuses to look at more keys/],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'refused', /than before/],
    ['Host key verification failed.', 'refused', /is not known/],
    ['sh: 1: sudo: not found', 'refused', /has no sudo/],
    ['bash: line 1: exec: sudo: not found', 'refused', /has no sudo/],
    ['sudo: a password is required', 'refused', /wants a password/],
    ['Sorry, try again.', 'refused', /does not take this password/],
    ['admin is not in the sudoers file.', 'refused', /may not become root/],
    ['sudo: sorry, you must have a tty to run sudo', 'refused', /sudo on alfa works on terminals only/],
    ['Password change required but no TTY available.', 'refused', /the password of the user on alfa has expired/],
    ['sudo: Account or password is expired, reset your password and try again', 'refused', /password .* has expired/],
    ['Your account has expired; please contact your system administrator.', 'refused', /has expired or is locked/],
    ['This account is currently not available.', 'refused', /the user on alfa has no shell/],
    ['who knows', 'unreachable', /can't be reached over SSH/],
  ];

  it.each(said)('%s', (text, code, message) => {
    const { failure } = failureOf(way, text);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failure.hint).toContain('to see it yourself: ssh -o BatchMode=yes 192.0.2.11 true');
    expect(failure.evidence?.lines).toEqual(text.split('\n'));
  });

  it('may be a host’s last words where somebody was let in: it counts as silent', () => {
    const { failure } = failureOf(way, 'who knows', true);
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/lets us in/) });
    expect(failure.evidence?.lines).toEqual(['who knows']);
  });
});
