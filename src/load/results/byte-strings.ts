/** Strings of bytes that come again and again: each is decoded once, as long as no other one takes its place. */
export class ByteStrings {
  readonly #slots: (Slot | undefined)[] = new Array(size).fill(undefined);

  of(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > longest) return bytes.toString('utf8', start, end);
    let hash = length;
    for (let i = start; i < end; i += 1) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    const index = (hash ^ (hash >>> 12)) & (size - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && slot.bytes.length === length && holds(slot.bytes, bytes, start)) return slot.text;
    const text = bytes.toString('utf8', start, end);
    this.#slots[index] = { bytes: Buffer.from(bytes.subarray(start, end)), text };
    return text;
  }
}

interface Slot {
  readonly bytes: Buffer;
  readonly text: string;
}

const size = 4096;
const longest = 200;

function holds(known: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i += 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}
