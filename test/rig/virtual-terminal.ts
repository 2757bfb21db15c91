import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadTools } from '../../src/app/load.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/world.ts';
import type { Event } from '../../src/domain/event.ts';
import type { Host } from '../../src/ports/host.ts';
import type { Process, Signal } from '../../src/ports/process.ts';
import type { Providers } from '../../src/ports/provider.ts';
import type { Files } from '../../src/ports/system.ts';
import { Command, idleProviders, type VirtualCluster } from './virtual-cluster.ts';
import { specOf } from './world.ts';

/** Commands are imported when they are typed, which takes real time: the virtual clock would not wait for that. */
await Promise.all(globSync('src/cli/{commands/*,load-project}.ts').map((path) => import(resolve(path))));

export interface TerminalOptions {
  /** Absolute path → text; shared by all command lines that are given it. */
  readonly files: Map<string, string>;
  /** What somebody types at each question; without it nobody is there. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Who holds the lock of the project. */
  readonly locked?: Set<string>;
  /** The one that the machines stand on; it lacks nothing unless told. */
  readonly host?: Host;
  /** What runs load plans. */
  readonly loadTools?: LoadTools;
}

/** One command line in a virtual cluster, without a process of its own: what it prints, asks, and how it ends. */
export class VirtualTerminal {
  stdout = '';
  stderr = '';
  readonly asked: string[] = [];
  /** Programs that took its place. */
  readonly handedOver: (readonly string[])[] = [];
  /** Resolves to the exit code. */
  readonly code: Promise<number>;
  readonly #reacting = new Set<(signal: Signal) => void>();

  constructor(cluster: VirtualCluster, argv: readonly string[], options: TerminalOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.code = promise;
    const first = new Command(cluster, specOf(anyFile));
    const process = this.#process(first, argv, options, resolve);
    const world: World = {
      ...{ version: '0.0.0', process, providers: async () => providersOn(options.host) },
      openDoors: async (spec) => ({ ...new Command(cluster, spec, first.process).doors, system: process }),
      lock: async ({ name }) => {
        if (options.locked?.has(name)) throw new Error('tests do not wait for locks');
        options.locked?.add(name);
        return { [Symbol.asyncDispose]: async () => void options.locked?.delete(name) };
      },
      loadTools: options.loadTools ?? noLoadTools,
      exported: async () => [],
    };
    runProgram(world).then(() => resolve(process.exitCode), reject);
  }

  /** Each line of standard output is one. */
  get events(): (Event & { readonly message?: string })[] {
    const lines = this.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Event);
  }

  signal(signal: Signal): void {
    for (const react of this.#reacting) react(signal);
  }

  #process(
    { process, doors }: Command,
    argv: readonly string[],
    { files, answers, env = {}, uid = 0 }: TerminalOptions,
    ended: (code: number) => void,
  ): Process {
    const isTTY = answers !== undefined;
    const stream = (write: (text: string) => void) =>
      ({ isTTY, columns: 100, write, on: () => {} }) as unknown as NodeJS.WriteStream;
    return {
      ...doors.system,
      ...{ argv, env: { CI: '1', NO_COLOR: '1', ...env }, uid, pid: 4711, cwd: '/home/ana' },
      command: ['node', 'relevo', ...argv],
      files: filesIn(files),
      stdin: { isTTY } as NodeJS.ReadStream,
      stdout: stream((text) => {
        this.stdout += text;
      }),
      stderr: stream((text) => {
        this.stderr += text;
      }),
      exitCode: 0,
      exit(code) {
        process.kill(); // nothing reaches it any more
        ended(code);
      },
      onSignal: (react) => {
        this.#reacting.add(react);
        return { [Symbol.dispose]: () => void this.#reacting.delete(react) };
      },
      ask: async (question) => {
        const answer = answers?.[this.asked.push(question) - 1];
        if (answer === undefined) throw new Error(`nobody answers ${question}`);
        await process.sleep(10_000); // people think
        return answer;
      },
      every: () => () => {},
      handOver: async (argv) => {
        this.handedOver.push(argv);
        return 7;
      },
    };
  }
}

function providersOn(host: Host | undefined): Providers {
  return host === undefined ? idleProviders : { ...idleProviders, local: { ...idleProviders.local, host } };
}

const noLoadTools: LoadTools = {
  engine: () => Promise.reject(new Error('nothing runs load plans here')),
  check: () => Promise.reject(new Error('nothing looks at load plans here')),
};

const anyFile = `version: 1
name: any
machines: { hosts: [m1] }
services: { web: { port: 80 } }
`;

function filesIn(files: Map<string, string>): Files {
  const bytes = (text: string | undefined) => (text === undefined ? undefined : new TextEncoder().encode(text));
  return {
    read: async (path) => bytes(files.get(path)),
    readText: async (path) => files.get(path),
    write: async (path, content) => void files.set(path, String(content)),
    overwrite: async (path, content) => void files.set(path, content),
    exists: async (path) => files.has(path) || [...files.keys()].some((each) => each.startsWith(`${path}/`)),
    walk: async () => [],
    list: async (directory) => [...files.keys()].filter((path) => path.startsWith(`${directory}/`)),
    makeDirectory: async () => {},
    rename: async (from, to) => {
      files.set(to, files.get(from) ?? '');
      files.delete(from);
    },
    remove: async (path) => void files.delete(path),
  };
}
