import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * crypt(3)'s `$6$`, which HAProxy's userlists take. `rounds` from 1000; `salt`: at most 16 of `./0-9A-Za-z`.
 * Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", whose steps the comments number.
 */
export function sha512Crypt(password: string, salt: string, rounds: number): string {
  const [key, saltBytes] = [utf8ToBytes(password), utf8ToBytes(salt)];
  // 4-8
  const b = sha512(concatBytes(key, saltBytes, key));
  // 1-3 and 9-12
  const a = sha512(concatBytes(key, saltBytes, stretched(b, key.length), ...bitwise(key, b)));
  // 13-16
  const p = stretched(sha512(repeated(key, key.length)), key.length);
  // 17-20
  const s = stretched(sha512(repeated(saltBytes, 16 + (a[0] ?? 0))), saltBytes.length);
  return `$6$rounds=${rounds}$${salt}$${encoded(manyRounds(a, p, s, rounds))}`;
}

/** 21 */
function manyRounds(start: Uint8Array, p: Uint8Array, s: Uint8Array, rounds: number): Uint8Array {
  let digest = start;
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    digest = sha512(
      concatBytes(odd ? p : digest, ...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p]), odd ? digest : p),
    );
  }
  return digest;
}

/** For each bit of the key's length, from the lowest: the digest for a 1, the key for a 0. */
function bitwise(key: Uint8Array, digest: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let length = key.length; length > 0; length >>= 1) parts.push(length % 2 === 1 ? digest : key);
  return parts;
}

function stretched(digest: Uint8Array, length: number): Uint8Array {
  return repeated(digest, Math.ceil(length / digest.length)).slice(0, length);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return concatBytes(...Array.from({ length: times }, () => bytes));
}

/** 22: three bytes to four characters, the lowest six bits first, in crypt's own order of bytes. */
function encoded(digest: Uint8Array): string {
  const groups = Array.from({ length: 21 }, (_, index) => {
    const [first, second, third] = [index, index + 21, index + 42];
    const order =
      [
        [first, second, third],
        [second, third, first],
        [third, first, second],
      ][index % 3] ?? [];
    return characters(
      order.map((each) => digest[each] ?? 0),
      4,
    );
  });
  return groups.join('') + characters([0, 0, digest[63] ?? 0], 2);
}

function characters(bytes: readonly number[], count: number): string {
  const bits = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Array.from({ length: count }, (_, index) => alphabet.charAt((bits >> (6 * index)) & 63)).join('');
}
