import type { HistogramDelta } from './delta.ts';

/**
 * Counts of whole microseconds in the buckets of an HDR histogram with three significant digits: each of up to 2,047 has its
 * own, then buckets grow as the values do, so that no value is told wrong by more than 0.1 %. Blocks of counts are there where
 * something was counted, which makes a thousand of these affordable; sum, least and greatest value are exact.
 */
export class Histogram {
  count = 0;
  /** Of all values; exact up to 285 years. */
  sum = 0;
  min = 0;
  max = 0;
  readonly #blocks: (Float64Array | undefined)[] = new Array(blocks).fill(undefined);

  /** Milliseconds, with fractions. What is beyond an hour counts as an hour. */
  record(milliseconds: number): void {
    // Compared this way round, NaN is 0 as well.
    const value = milliseconds > 0 ? Math.min(Math.round(milliseconds * 1000), longest) : 0;
    const index = indexOf(value);
    const block = this.#blocks[index >>> blockBits] ?? this.#newBlock(index >>> blockBits);
    block[index & blockMask] = (block[index & blockMask] ?? 0) + 1;
    if (this.count === 0 || value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.count += 1;
    this.sum += value;
  }

  add(other: Histogram): void {
    if (other.count === 0) return;
    for (let number = 0; number < blocks; number += 1) {
      const from = other.#blocks[number];
      if (from === undefined) continue;
      const to = this.#blocks[number] ?? this.#newBlock(number);
      for (let i = 0; i < from.length; i += 1) to[i] = (to[i] ?? 0) + (from[i] ?? 0);
    }
    this.#tally(other.count, other.sum, other.min, other.max);
  }

  /** Milliseconds; 0 where nothing was counted. So many percent of all values are not greater than it. */
  percentile(percent: number): number {
    // The tiny part that is taken away: 99.9 % of 1,000 is 999, whatever a double makes of it.
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.count - 1e-9 * this.count));
    let seen = 0;
    for (let number = 0; number < blocks; number += 1) {
      const block = this.#blocks[number];
      if (block === undefined) continue;
      for (let i = 0; i < block.length; i += 1) {
        seen += block[i] ?? 0;
        if (seen >= wanted) return Math.max(this.min, Math.min(greatestAt(number * blockSize + i), this.max)) / 1000;
      }
    }
    return this.max / 1000;
  }

  /** Milliseconds. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count / 1000;
  }

  clear(): void {
    this.count = this.sum = this.min = this.max = 0;
    for (const block of this.#blocks) block?.fill(0);
  }

  encode(): HistogramDelta {
    const numbers = [this.count, this.sum, this.min, this.max];
    let last = 0;
    for (let number = 0; number < blocks; number += 1) {
      const block = this.#blocks[number];
      if (block === undefined) continue;
      for (let i = 0; i < block.length; i += 1) {
        const count = block[i] ?? 0;
        if (count === 0) continue;
        const index = number * blockSize + i;
        numbers.push(index - last, count);
        last = index;
      }
    }
    return numbers.map((each) => each.toString(36)).join(' ');
  }

  /** Adds what `encode` made. */
  addEncoded(delta: HistogramDelta): void {
    const [count = 0, sum = 0, min = 0, max = 0, ...pairs] = delta.split(' ').map((each) => Number.parseInt(each, 36));
    if (count === 0) return;
    let index = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      index += pairs[i] ?? 0;
      const block = this.#blocks[index >>> blockBits] ?? this.#newBlock(index >>> blockBits);
      block[index & blockMask] = (block[index & blockMask] ?? 0) + (pairs[i + 1] ?? 0);
    }
    this.#tally(count, sum, min, max);
  }

  #tally(count: number, sum: number, min: number, max: number): void {
    this.min = this.count === 0 ? min : Math.min(this.min, min);
    this.max = Math.max(this.max, max);
    this.count += count;
    this.sum += sum;
  }

  #newBlock(number: number): Float64Array {
    if (number >= blocks) throw new RangeError(`a histogram has no block ${number}`);
    const block = new Float64Array(blockSize);
    this.#blocks[number] = block;
    return block;
  }
}

/** An hour, in microseconds; below 2^32. */
const longest = 3_600_000_000;

/** HDR's layout: 2,048 buckets of width 1, then 1,024 for each doubling of the values. */
const half = 1024;

const blockBits = 8;
const blockSize = 1 << blockBits;
const blockMask = blockSize - 1;
const blocks = (indexOf(longest) >>> blockBits) + 1;

function indexOf(value: number): number {
  const doublings = 21 - Math.clz32(value | 2047);
  return doublings * half + (value >>> doublings);
}

/** The greatest value that is counted at an index. */
function greatestAt(index: number): number {
  const doublings = Math.max(0, Math.floor(index / half) - 1);
  return (index - doublings * half + 1) * 2 ** doublings - 1;
}
