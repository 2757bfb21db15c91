/** Milliseconds. A machine is asked four times a second, and taken for dead when it was silent for so long, … */
const silence = 1000;
/** … and for alive when it has answered for so long. */
const return_ = 2000;
/** A machine that was never heard of may be starting. */
const patience = 60_000;

interface Heard {
  /** Of the last answer; of the beginning, where there was none. */
  last: number;
  /** Since when it has answered each time; undefined while it is silent. */
  since: number | undefined;
  ever: boolean;
  lost: boolean;
}

/**
 * Which machines are gone, as far as one controller can tell. Unknown is not down: a machine of which a HAProxy still sees
 * a server UP lives, where no HAProxy says anything nothing more is taken for gone, and where half of them or more look dead it is the observer that is cut off.
 */
export class Machines {
  readonly #heard: Map<string, Heard>;

  constructor(names: readonly string[], now: number) {
    this.#heard = new Map(names.map((name) => [name, { last: now, since: undefined, ever: false, lost: false }]));
  }

  hear(name: string, answered: boolean, now: number): void {
    const heard = this.#heard.get(name);
    if (heard === undefined) return;
    if (!answered) heard.since = undefined;
    else Object.assign(heard, { last: now, since: heard.since ?? now, ever: true });
  }

  /** Whether the last question to it is without an answer. */
  isSilent(name: string): boolean {
    return this.#heard.get(name)?.since === undefined;
  }

  /** When it answered last; on the observer's clock. */
  lastHeard(name: string): number {
    return this.#heard.get(name)?.last ?? Number.NEGATIVE_INFINITY;
  }

  /** `serving`: machines of which a server is UP; undefined where nobody can tell. Resolves to the names of the lost, and whether too many look so to believe it. */
  judge(serving: ReadonlySet<string> | undefined, now: number): { lost: readonly string[]; suspect: boolean } {
    for (const [name, heard] of this.#heard) {
      const limit = heard.ever ? silence : patience;
      if (heard.since !== undefined) heard.lost &&= now - heard.since < return_;
      else if (!heard.lost) heard.lost = now - heard.last >= limit && serving?.has(name) === false;
    }
    const lost = [...this.#heard].filter(([, heard]) => heard.lost).map(([name]) => name);
    const suspect = lost.length * 2 >= this.#heard.size && lost.length > 0;
    return { lost: suspect ? [] : lost, suspect };
  }
}
