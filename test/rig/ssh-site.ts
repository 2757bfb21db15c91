import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { Status } from '../../src/domain/status.ts';
import { load, lost } from './load.ts';
import { network, type Operator, type SshHosts } from './ssh-hosts.ts';

const example = 'examples/miniproyecto';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running extends Promise<Outcome> {
  kill(): void;
}

/** The mini-project on hosts over SSH, with an operator who has no LXD and no root. */
export class SshSite {
  readonly vip = `${network}.100`;
  readonly port: number;
  readonly #operator: Operator;
  readonly #hosts: SshHosts;
  readonly #name: string;
  readonly #directory: string;
  /** More keys of a host, and of `machines`. */
  extra: Readonly<Record<string, string>> = {};
  machinesExtra = '';

  constructor(name: string, port: number, operator: Operator, hosts: SshHosts) {
    this.#name = name;
    this.port = port;
    this.#operator = operator;
    this.#hosts = hosts;
    this.#directory = operator.directory({
      'relevo.yaml': '',
      'site/index.html': readFileSync(join(example, 'site/index.html'), 'utf8'),
    });
  }

  /** On these hosts; the file is the same but for them. */
  write(names: readonly string[], change: (text: string) => string = (text) => text): void {
    const at = (name: string) =>
      `${name}: { address: ${this.#hosts.address(name)}, user: root${this.extra[name] ?? ''} }`;
    const addresses = [101, 102, 103, 104].map((number) => `${network}.${number}`).join(', ');
    const text = readFileSync(join(example, 'relevo.yaml'), 'utf8')
      .replace(/^name: .*/m, `name: ${this.#name}`)
      .replace('provider: local', `provider: ssh${this.machinesExtra}`)
      .replace(/hosts: \[.*\]/, `hosts: { ${names.map(at).join(', ')} }`)
      .replace('[virtualMachine2, virtualMachine3]', `[${names.join(', ')}]`)
      .replace('place: [virtualMachine1]', `replicas: 2\n  vip: ${this.vip}\n  addresses: [${addresses}]`)
      .replace(/publish: \d+/, `publish: ${this.port}`);
    writeFileSync(join(this.#directory, 'relevo.yaml'), change(text));
  }

  /** As the operator; `command` may have several words. */
  relevo(command: string, ...more: string[]): Running {
    const file = join(this.#directory, 'relevo.yaml');
    const [program = '', ...argv] = this.#operator.argv(resolve('relevo'), ...command.split(' '), '-f', file, ...more);
    let kill = () => {};
    const ended = new Promise<Outcome>((done) => {
      const options = { cwd: this.#operator.home, maxBuffer: 1e8 };
      const child = execFile(program, argv, options, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 137), stdout, stderr }),
      );
      kill = () => child.kill('SIGKILL');
    });
    return Object.assign(ended, { kill: () => kill() });
  }

  /** It must end well. */
  async must(command: string, ...more: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.relevo(command, ...more);
    expect([code, stderr, code === 0 ? '' : stdout.slice(-2000)]).toEqual([0, '', '']);
    return stdout;
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.relevo('status', '--json')).stdout) as Status;
  }

  /** Resolves when it is so; throws what there is after so many seconds. */
  async until(what: string, seconds: number, isSo: (seen: Status) => boolean): Promise<void> {
    const began = performance.now();
    for (;;) {
      const seen = await this.status();
      if (isSo(seen)) return;
      if (performance.now() - began > seconds * 1000) throw new Error(`${what}: ${JSON.stringify(seen)}`);
    }
  }

  /** Nobody notices what is done meanwhile. Resolves to how many asked. */
  async unnoticed(deed: () => Promise<unknown>): Promise<number> {
    const stop = load(this.port, this.vip);
    let outcomes: Awaited<ReturnType<typeof stop>>;
    try {
      await deed();
    } finally {
      outcomes = await stop();
    }
    const asked = [...outcomes.values()].reduce((a, b) => a + b, 0);
    expect([asked > 50, lost(outcomes)]).toEqual([true, []]);
    return asked;
  }
}
