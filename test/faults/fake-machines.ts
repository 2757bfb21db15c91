import type { ActiveFault, Breakable } from '../../src/faults/inject.ts';
import { healArgv, injectArgv, listArgv } from '../../src/faults/keeper.ts';
import type { ExecResult } from '../../src/ports/lxd.ts';
import type { PowerCut } from '../../src/ports/provider.ts';
import { scene } from './scene.ts';

const scriptOf = (argv: readonly string[]) => argv[3];
const healing = scriptOf(healArgv(''));
const injecting = scriptOf(injectArgv({ id: '', seconds: 1, record: '', inject: '', heal: '', values: {} }));

/** Machines that keep faults as real ones do, in memory. */
export class FakeMachines implements Breakable {
  /** Machine → the records on it by the part's id. */
  readonly kept = new Map<string, Map<string, string>>(scene.machines.map(({ name }) => [name, new Map()]));
  readonly off = new Map<string, PowerCut>();
  /** What was done, in a few words: `m1 inject a1a`. */
  readonly done: string[] = [];
  /** `m1 inject`: these fail. */
  readonly broken = new Set<string>();
  now = Date.parse('2026-01-01T00:00:00Z');

  async observe() {
    const machines = scene.machines.map((each) => ({
      ...each,
      state: this.off.has(each.name) ? ('stopped' as const) : ('running' as const),
    }));
    return { network: scene.network, prepared: true, empty: false, machines, published: null };
  }

  async exec(machine: string, argv: readonly string[]): Promise<ExecResult> {
    if (this.off.has(machine)) throw new Error(`${machine} is off and was asked`);
    const records = this.kept.get(machine) as Map<string, string>;
    if (scriptOf(argv) === scriptOf(listArgv())) return said([...records.values()].map((each) => `${each}\n`).join(''));
    const [id = '', , record = ''] = argv.slice(5);
    if (scriptOf(argv) === healing) {
      const part = id.split('/').at(-1) ?? '';
      return this.#attempt(`${machine} heal`, part, () => void records.delete(part));
    }
    if (scriptOf(argv) !== injecting) throw new Error(`no machine understands ${argv.join(' ')}`);
    return this.#attempt(`${machine} inject`, id, () => void records.set(id, record));
  }

  #attempt(what: string, part: string, change: () => void): ExecResult {
    this.done.push(`${what} ${part}`);
    if (this.broken.has(what)) return { code: 1, stdout: '', stderr: 'first\nno such thing\n', whole: true };
    change();
    this.now += 1000;
    return said(`${this.now}\n`);
  }

  readonly power = {
    cut: async (machine: string, { id, record }: Omit<PowerCut, 'machine'>) => {
      this.done.push(`${machine} off ${id}`);
      this.off.set(machine, { machine, id, record });
      this.kept.get(machine)?.clear();
      return new Date(this.now);
    },
    cuts: async () => [...this.off.values()],
    restore: async (machine: string) => {
      this.done.push(`${machine} on`);
      this.off.delete(machine);
    },
  };

  /** All records that lie anywhere. */
  records(): ActiveFault[] {
    return [...this.kept.values()].flatMap((each) => [...each.values()]).map((each) => JSON.parse(each) as ActiveFault);
  }
}

function said(stdout: string): ExecResult {
  return { code: 0, stdout, stderr: '', whole: true };
}
