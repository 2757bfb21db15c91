/** Strings of bytes that come again and again: each is decoded once, as long as no other one takes its place. */
export class ByteStrings {
  readonly #slots: (Slot | undefined)[] = new Array(size).fill(undefined);

  /** The text from `start` to `end`, whose hash is made of all its bytes by `hashed`, from 0 on. */
  of(hash: number, bytes: Buffer, start: number, end: number): string {
    if (start === end) return '';
    if (end - start > longest) return bytes.toString('utf8', start, end);
    const index = (hash ^ (hash >>> 12)) & (size - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && slot.bytes.length === end - start && holds(slot.bytes, bytes, start)) return slot.text;
    const text = bytes.toString('utf8', start, end);
    this.#slots[index] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text };
    return text;
  }
}

export function hashed(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

interface Slot {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const size = 4096;
const longest = 200;

function holds(known: Uint8Array, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i += 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}
