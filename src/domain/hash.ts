import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { revealed } from './secret.ts';

/** 16 hex digits of the SHA-256 of a value: keys sorted, byte arrays and secrets by content, so equal content has an equal hash. */
export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonical(value)))).slice(0, 16);
}

const digests = new WeakMap<Uint8Array, string>();

/** For who has made the SHA-256 of these bytes already, in hex: here it takes seconds for some hundred megabytes. They may not change. */
export function rememberDigest(bytes: Uint8Array, digest: string): void {
  digests.set(bytes, digest);
}

function canonical(given: unknown): string {
  const value = revealed(given);
  if (value instanceof Uint8Array) return `bytes:${digests.get(value) ?? bytesToHex(sha256(value))}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${fields
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
