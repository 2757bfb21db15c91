/** Users at work, by group: of all workers of a process. */
export class Counts {
  readonly #counts: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#counts = new Int32Array(memory);
  }

  static memory(groups: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (groups + 1));
  }

  add(group: number, users: 1 | -1): void {
    Atomics.add(this.#counts, 0, users);
    Atomics.add(this.#counts, group + 1, users);
  }

  all(): number {
    return Atomics.load(this.#counts, 0);
  }

  of(group: number): number {
    return Atomics.load(this.#counts, group + 1);
  }
}
