import { drainedMark } from '../observe/marks.ts';
import type { ConnectLxd, Lxd, LxdTarget } from '../ports/lxd.ts';

interface Endpoint {
  readonly name: string;
  readonly address: string;
}

/** Milliseconds until an answer's head must be there. */
const deadline = 8000;

/** Silent looks after which a machine's connections are given up: no answer will come over them. */
const patience = 2;

/** What is told of that matters to a controller: not the lease's own record, nor each command in an instance. */
const matters = /^(instance-(?!exec|file|console|log|metadata|backup)|image-(created|deleted))/;
const drained = new RegExp(`/aliases/${drainedMark('')}`);

/** The client of the cluster, on machines that answer: connections to one that falls silent are given up at once. */
export class LivingCluster {
  readonly #open: (endpoints: readonly Endpoint[]) => Lxd;
  readonly #machines: readonly Endpoint[];
  readonly #misses = new Map<string, number>();
  #chosen: string;
  #lxd: Lxd;
  #onChange: (() => void) | undefined;
  #listening: Disposable | undefined;

  constructor(
    connect: ConnectLxd,
    keys: Omit<Extract<LxdTarget, { endpoints: readonly string[] }>, 'endpoints'>,
    project: string,
    machines: readonly Endpoint[],
  ) {
    this.#machines = machines;
    this.#open = (endpoints) => {
      const urls = endpoints.map(({ address }) => `https://${address}:8443`);
      return connect({ ...keys, endpoints: urls }, { project, restricted: true, deadline });
    };
    this.#chosen = names(machines);
    this.#lxd = this.#open(machines);
  }

  get lxd(): Lxd {
    return this.#lxd;
  }

  /** Told once for each change that matters, and when some may have been missed; goes on over a change of machines. */
  changes(onChange: () => void): Disposable {
    this.#onChange = onChange;
    this.#listen();
    return {
      [Symbol.dispose]: () => {
        this.#onChange = undefined;
        this.#listening?.[Symbol.dispose]();
      },
    };
  }

  #listen(): void {
    this.#listening?.[Symbol.dispose]();
    if (this.#onChange === undefined) return;
    this.#listening = this.#lxd.changes((change) => {
      if (change.kind === 'gap' || matters.test(change.action) || drained.test(change.source)) this.#onChange?.();
    });
  }

  /** What was heard of a machine. */
  hear(name: string, answered: boolean): void {
    this.#misses.set(name, answered ? 0 : (this.#misses.get(name) ?? 0) + 1);
    const living = this.#machines.filter((each) => (this.#misses.get(each.name) ?? 0) < patience);
    const chosen = living.length === 0 ? this.#machines : living;
    if (names(chosen) === this.#chosen) return;
    const before = this.#lxd;
    this.#chosen = names(chosen);
    this.#lxd = this.#open(chosen);
    this.#listen();
    void before.close();
  }
}

function names(machines: readonly Endpoint[]): string {
  return machines.map(({ name }) => name).join();
}
