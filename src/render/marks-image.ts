import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * An image that is never started: aliases need an image and go with it (`ON DELETE CASCADE`), so what all must agree on
 * lies on one that no change of the file ever replaces. The same bytes everywhere, so its fingerprint is known beforehand.
 * Source: LXD's doc/image-handling.md, unified tarball; ustar, IEEE Std 1003.1 "pax".
 */
const metadata = `architecture: x86_64
creation_date: 1
properties: {description: "relevo: carries the lease, drained machines and events; never started"}
`;

const block = 512;

function entry(name: string, type: '0' | '5', content = ''): Uint8Array {
  const body = utf8ToBytes(content);
  const bytes = new Uint8Array(block + Math.ceil(body.length / block) * block);
  const put = (text: string, at: number) => bytes.set(utf8ToBytes(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(name, 0);
  put(type === '5' ? '0000755\0' : '0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${octal(body.length, 11)}\0`, 124);
  put(`${octal(1, 11)}\0`, 136);
  put('        ', 148);
  put(type, 156);
  put('ustar\x0000', 257);
  const sum = bytes.subarray(0, block).reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  bytes.set(body, block);
  return bytes;
}

function archive(entries: readonly Uint8Array[]): Uint8Array {
  const all = [...entries, new Uint8Array(2 * block)];
  const bytes = new Uint8Array(all.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const each of all) {
    bytes.set(each, at);
    at += each.length;
  }
  return bytes;
}

const bytes = archive([entry('metadata.yaml', '0', metadata), entry('rootfs/', '5')]);

/** `bytes`: the tarball; `fingerprint`: under which LXD knows it; `alias`: a name for people. */
export const marksImage = { bytes, fingerprint: bytesToHex(sha256(bytes)), alias: 'mark.image' } as const;
