import { RelevoError } from '../../domain/failure.ts';
import type { RunResult, System } from '../../ports/system.ts';
import { statesOf } from './output.ts';

export type OnLine = (line: string) => void;

/** Where the user's `vagrant` works. */
export interface VagrantDirectory {
  /** Of the Vagrantfile. */
  readonly directory: string;
  /** Its name, where it is not the usual one. */
  readonly file?: string;
  /** As Vagrant calls it. */
  readonly hypervisor: string;
}

/** No news of newer versions, no colours, no questions. */
const quiet = { VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_NO_COLOR: '1' };

/** The user's own program, one command at a time: it locks its machines, and refuses instead of waiting. */
export class Vagrant {
  readonly #system: Pick<System, 'run' | 'sleep' | 'elapsed'>;
  readonly #place: VagrantDirectory;
  #last: Promise<unknown> = Promise.resolve();

  constructor(system: Pick<System, 'run' | 'sleep' | 'elapsed'>, place: VagrantDirectory) {
    this.#system = system;
    this.#place = place;
  }

  /** What runs it in its place, for a process of its own. */
  get environment(): Readonly<Record<string, string>> {
    const { directory, file } = this.#place;
    return { ...quiet, VAGRANT_CWD: directory, ...(file !== undefined && { VAGRANT_VAGRANTFILE: file }) };
  }

  /** Vagrant's words for the machines' states. */
  async states(): Promise<ReadonlyMap<string, string>> {
    return statesOf((await this.run(['status', '--machine-readable'], { limit: 120 })).stdout);
  }

  up(names: readonly string[], onLine: OnLine): Promise<RunResult> {
    return this.run(['up', `--provider=${this.#place.hypervisor}`, ...names], { onLine, limit: 3600 });
  }

  /** Throws with what Vagrant said where it ended with another code than 0. Seconds. */
  run(argv: readonly string[], { onLine, limit }: { onLine?: OnLine; limit: number }): Promise<RunResult> {
    const run = () => this.#run(argv, onLine, limit);
    const next = this.#last.then(run, run);
    this.#last = next;
    return next;
  }

  async #run(argv: readonly string[], onLine: OnLine | undefined, timeout: number): Promise<RunResult> {
    const env = this.environment;
    const told = onLine && ((line: string) => (line.trim() === '' ? undefined : onLine(line.trim())));
    const { run, sleep, elapsed } = this.#system;
    const began = elapsed();
    for (;;) {
      const result = await run(['vagrant', ...argv], { env, timeout, ...(told && { onLine: told }) });
      if (result.code === 0) return result;
      if (!isLocked(result) || elapsed() - began > patience) throw this.#failed(argv, result);
      await sleep(1000);
    }
  }

  #failed(argv: readonly string[], result: RunResult): RelevoError {
    const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20);
    return new RelevoError({
      code: 'failed',
      message: `\`vagrant ${argv[0]}\` failed`,
      hint: `to see it again: cd ${this.#place.directory} && vagrant ${argv.join(' ')}`,
      evidence: { title: `vagrant ${argv.join(' ')}`, lines },
    });
  }
}

/** Milliseconds for another vagrant to end: somebody's own, or one that gives a machine its power back. */
const patience = 300_000;

/** It does not wait itself. In its machine-readable output the error has a name. */
function isLocked({ stdout, stderr }: RunResult): boolean {
  return /Vagrant::Errors::MachineLocked|because it is locked/.test(stdout + stderr);
}

/** Milliseconds in which others may join. */
const gathering = 50;

/** What is asked for one machine after another in a moment is done to all of them by one command. */
export class Together {
  readonly #run: (names: readonly string[], onLine: OnLine) => Promise<unknown>;
  readonly #sleep: System['sleep'];
  #next: { readonly names: string[]; readonly done: Promise<void> } | undefined;

  constructor(sleep: System['sleep'], run: (names: readonly string[], onLine: OnLine) => Promise<unknown>) {
    this.#sleep = sleep;
    this.#run = run;
  }

  add(name: string, onLine: OnLine = () => {}): Promise<void> {
    if (this.#next === undefined) {
      const names: string[] = [];
      this.#next = { names, done: this.#gather(names, onLine) };
    }
    this.#next.names.push(name);
    return this.#next.done;
  }

  async #gather(names: readonly string[], onLine: OnLine): Promise<void> {
    await this.#sleep(gathering);
    this.#next = undefined;
    await this.#run(names, onLine);
  }
}
