import { clusterPort } from '../domain/network.ts';
import { intentMark, leaseMark } from '../observe/marks.ts';
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
const [intent, lease] = [intentMark, leaseMark].map((mark) => new RegExp(`/aliases/${mark}\\b`)) as [RegExp, RegExp];

/** The client of the cluster, through machines that answer: connections to one that falls silent are given up at once, and no others. */
export class LivingCluster {
  readonly lxd: Lxd;
  readonly #machines: readonly Endpoint[];
  readonly #misses = new Map<string, number>();
  #chosen: readonly string[];

  constructor(
    connect: ConnectLxd,
    keys: Omit<Extract<LxdTarget, { endpoints: readonly string[] }>, 'endpoints'>,
    project: string,
    machines: readonly Endpoint[],
  ) {
    this.#machines = machines;
    this.#chosen = machines.map(urlOf);
    this.lxd = connect({ ...keys, endpoints: this.#chosen }, { project, restricted: true, deadline });
  }

  /** `onChange`: once for each change that matters, and when some may have been missed; `onLease`: for each write of the lease. */
  changes(onChange: () => void, onLease: () => void): Disposable {
    return this.lxd.changes((change) => {
      if (change.kind === 'gap' || matters.test(change.action) || intent.test(change.source)) onChange();
      else if (lease.test(change.source)) onLease();
    });
  }

  /** What was heard of a machine. */
  hear(name: string, answered: boolean): void {
    this.#misses.set(name, answered ? 0 : (this.#misses.get(name) ?? 0) + 1);
    const living = this.#machines.filter((each) => (this.#misses.get(each.name) ?? 0) < patience);
    const chosen = (living.length === 0 ? this.#machines : living).map(urlOf);
    if (chosen.join() === this.#chosen.join()) return;
    this.#chosen = chosen;
    this.lxd.useOnly(chosen);
  }
}

function urlOf({ address }: Endpoint): string {
  return `https://${address}:${clusterPort}`;
}
