import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, RelevoError } from '../../domain/failure.ts';
import type { HostSpec } from '../../domain/spec.ts';
import { knownHostsLine } from './command.ts';
import { type AskPassword, Connection } from './connection.ts';
import { type HostSight, lookLimit, lookScript, sightOf } from './look.ts';
import { type Exec, must } from './remote.ts';

/** What is known of a host: what it says, or why it says nothing. */
export type Known = { readonly sight: HostSight } | { readonly silence: Failure };

export interface Tunnel {
  readonly socket: string;
  /** What holds it has not ended. */
  isOpen(): boolean;
}

/** Bytes: with a directory and a socket of ours in it, it is no longer than `Way.control` may be. */
const longestParent = 70;

/** Where sockets may be. `runtime`: XDG_RUNTIME_DIR, which `su` and WSL may leave as somebody else's, or without a directory. */
export function socketParent(runtime: string | undefined): string {
  if (!runtime || Buffer.byteLength(runtime) > longestParent) return '/tmp';
  return isOurs(runtime) ? runtime : '/tmp';
}

function isOurs(directory: string): boolean {
  try {
    const seen = statSync(directory);
    return seen.isDirectory() && seen.uid === process.getuid?.() && (seen.mode & 0o777) === 0o700;
  } catch {
    return false; // it is not there, or lies where we may not look
  }
}

/** Connections to the hosts of one project, in a directory that is ours alone. */
export class Hosts {
  readonly #directory: string;
  /** An ssh_config in place of the user's. */
  readonly config: string | undefined;
  readonly #ask: AskPassword;
  readonly #connections = new Map<string, { readonly spec: HostSpec; readonly connection: Connection }>();
  #count = 0;
  readonly #atExit = () => this.close();

  /** `parent`: where sockets may be. */
  constructor(parent: string, config: string | undefined, ask: AskPassword) {
    this.#directory = mkdtempSync(join(parent, 'rlv-')); // 0700
    this.config = config;
    this.#ask = ask;
    process.once('exit', this.#atExit);
  }

  exec(name: string, spec: HostSpec): Exec {
    return (argv, options) => this.#to(name, spec).exec(argv, options);
  }

  /** Whatever is wrong with its user or its keys is thrown: only silence is a state. */
  async look(name: string, spec: HostSpec): Promise<Known> {
    try {
      await this.#to(name, spec).ready(); // somebody may have been asked for a password
      const asked = Date.now() / 1000;
      const options = { onlyLooks: true, timeout: lookLimit, what: `looking at ${name}` };
      const text = await must(this.exec(name, spec), ['sh', '-c', lookScript], options);
      return { sight: sightOf(text, asked, Date.now() / 1000) };
    } catch (error) {
      if (error instanceof RelevoError && error.failure.code === 'unreachable') return { silence: error.failure };
      throw error;
    }
  }

  /** A unix socket of this host that leads to that port of the host, whatever its firewall lets in. */
  async tunnel(name: string, spec: HostSpec, port: number): Promise<Tunnel> {
    this.#count += 1;
    const socket = join(this.#directory, `t${this.#count}`);
    const connection = this.#to(name, spec);
    await connection.forward(socket, `${spec.address}:${port}`);
    return { socket, isOpen: () => connection.isAlive() };
  }

  close(): void {
    process.off('exit', this.#atExit);
    for (const { connection } of this.#connections.values()) connection.close();
    this.#connections.clear();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #to(name: string, spec: HostSpec): Connection {
    const known = this.#connections.get(name);
    if (known !== undefined && JSON.stringify(known.spec) === JSON.stringify(spec)) return known.connection;
    known?.connection.close();
    this.#count += 1;
    const number = this.#count;
    const connection = new Connection(
      {
        ...{ ...spec, name, control: join(this.#directory, `${number}`), unknownKeys: 'accept-new' },
        ...(this.config !== undefined && { config: this.config }),
        ...(spec.hostKey !== undefined && { knownHosts: this.#pin(`k${number}`, spec.hostKey) }),
      },
      this.#ask,
    );
    this.#connections.set(name, { spec, connection });
    return connection;
  }

  #pin(file: string, key: string): string {
    const path = join(this.#directory, file);
    writeFileSync(path, knownHostsLine(key), { mode: 0o600 });
    return path;
  }
}
