import type { Shared } from './user.ts';

/** Within one process without workers. */
export class LocalShared implements Shared {
  readonly #numbers = new Map<string, number>();

  next(name: string): number {
    const before = this.#numbers.get(name) ?? 0;
    this.#numbers.set(name, before + 1);
    return before;
  }

  update(name: string, change: (before: number) => number): number {
    const before = this.#numbers.get(name) ?? 0;
    this.#numbers.set(name, change(before));
    return before;
  }
}

/** Names at most; each is an element of the plan, or a file that it reads. A power of two. */
const slots = 16_384;
/** The mark of a name, then its number. */
const perSlot = 2;

/** Among the workers of one process: a table in memory that all of them have, where names are found by their hashes. */
export class WorkersShared implements Shared {
  readonly #marks: BigInt64Array<SharedArrayBuffer>;
  readonly #places = new Map<string, number>();
  /** Numbers are changed as bits, and read as what they are. */
  readonly #number = new Float64Array(1);
  readonly #bits = new BigInt64Array(this.#number.buffer);

  constructor(memory: SharedArrayBuffer) {
    this.#marks = new BigInt64Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(8 * slots * perSlot);
  }

  next(name: string): number {
    return this.update(name, (before) => before + 1);
  }

  update(name: string, change: (before: number) => number): number {
    const place = this.#place(name);
    for (;;) {
      const bits = Atomics.load(this.#marks, place);
      const before = this.#asNumber(bits);
      if (Atomics.compareExchange(this.#marks, place, bits, this.#asBits(change(before))) === bits) return before;
    }
  }

  #asNumber(bits: bigint): number {
    this.#bits[0] = bits;
    return this.#number[0] as number;
  }

  #asBits(number: number): bigint {
    this.#number[0] = number;
    return this.#bits[0] as bigint;
  }

  /** Where the number of a name is; the name takes the first free slot from its hash on. */
  #place(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const mark = hash(name);
    for (let slot = Number(mark & BigInt(slots - 1)), looked = 0; looked < slots; slot = (slot + 1) % slots) {
      const holder = Atomics.compareExchange(this.#marks, slot * perSlot, 0n, mark);
      if (holder === 0n || holder === mark) {
        this.#places.set(name, slot * perSlot + 1);
        return slot * perSlot + 1;
      }
      looked += 1;
    }
    throw new Error(`More than ${slots} names are shared among workers`);
  }
}

/** FNV-1a of 64 bits, never 0. */
function hash(name: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return BigInt.asIntN(64, value) || 1n;
}
