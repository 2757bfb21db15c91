const multiplier = 0x5deece66dn;
const mask = (1n << 48n) - 1n;

/** java.util.Random: plans with a seed get the numbers that they get in JMeter. */
export class JavaRandom {
  #seed: bigint;

  constructor(seed: bigint) {
    this.#seed = (seed ^ multiplier) & mask;
  }

  #next(bits: number): number {
    this.#seed = (this.#seed * multiplier + 0xbn) & mask;
    return Number(BigInt.asIntN(32, this.#seed >> BigInt(48 - bits)));
  }

  /** From 0 to below 1. */
  nextDouble(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) * 2 ** -53;
  }

  /** From 0 to below the bound, which is from 1 to 2^31 - 1. */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.#next(31))) >> 31n);
    for (;;) {
      const bits = this.#next(31);
      const value = bits % bound;
      // The last, incomplete round of the range would favour small numbers.
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }
}
