import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

function must(program: string, ...argv: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Loopback addresses in 127.0.0.0/8 are as many hosts as are needed: each server has one of its own, and a port. */
export class Sshd {
  readonly address: string;
  readonly port: number;
  readonly key: string;
  readonly #directory: string;
  #child: ChildProcess | undefined;

  constructor(directory: string, address: string, port: number) {
    this.#directory = mkdtempSync(join(directory, 'sshd-'));
    this.address = address;
    this.port = port;
    this.key = this.#newKey();
  }

  #newKey(): string {
    const file = join(this.#directory, 'host');
    rmSync(file, { force: true });
    must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file);
    return readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  }

  /** It was installed anew. */
  async withAnotherKey(): Promise<void> {
    await this.stop();
    this.#newKey();
    await this.start();
  }

  async start(...extra: string[]): Promise<void> {
    const config = [
      `ListenAddress ${this.address}:${this.port}`,
      `HostKey ${join(this.#directory, 'host')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `AuthorizedKeysFile ${join(this.#directory, '..', 'authorized_keys')}`,
      'AllowStreamLocalForwarding yes',
      ...extra,
    ];
    const file = join(this.#directory, 'config');
    writeFileSync(file, `${config.join('\n')}\n`);
    must('mkdir', '-p', '-m', '755', '/run/sshd');
    this.#child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: 'ignore' });
    for (let tries = 0; tries < 1000; tries += 1) {
      if (await listens(this.address, this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('sshd does not listen');
  }

  async stop(): Promise<void> {
    if (this.#child === undefined || this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Connections that it serves, as the kernel counts them. */
  connections(): number {
    const lines = must('ss', '-Htn', 'state', 'established', `( sport = :${this.port} )`).trim().split('\n');
    return lines.filter((line) => line.includes(`${this.address}:${this.port}`)).length;
  }
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}

/** A user of this computer for one test, with a password. Dispose of it. */
export function user(name: string, password: string): Disposable {
  spawnSync('userdel', ['-r', name], { stdio: 'ignore' }); // an earlier run was killed
  must('useradd', '-m', '-s', '/bin/bash', name);
  const { status } = spawnSync('chpasswd', { input: `${name}:${password}\n` });
  if (status !== 0) throw new Error('chpasswd failed');
  return {
    [Symbol.dispose]: () => void spawnSync('userdel', ['-r', '-f', name], { stdio: 'ignore' }),
  };
}
