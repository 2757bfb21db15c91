import { inflateRawSync } from 'node:zlib';

/**
 * The files of a ZIP archive, such as a jar, whose names are wanted. Throws where it is damaged.
 * Source: PKWARE's APPNOTE.TXT 4.3; archives beyond 4 GB (ZIP64) are not read.
 */
export function unzip(archive: Buffer, wanted: (name: string) => boolean): Map<string, Buffer> {
  const end = archive.lastIndexOf('PK\x05\x06');
  if (end < 0) throw new Error('no ZIP archive');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('a damaged ZIP archive');
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field)) as Lengths;
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    if (!name.endsWith('/') && wanted(name)) files.set(name, fileAt(archive, at));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

type Lengths = [number, number, number];

/** `at` is where the central directory tells of it. */
function fileAt(archive: Buffer, at: number): Buffer {
  const [method, packed, size] = [
    archive.readUInt16LE(at + 10),
    archive.readUInt32LE(at + 20),
    archive.readUInt32LE(at + 24),
  ];
  const local = archive.readUInt32LE(at + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + packed);
  const content = method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size) throw new Error('a damaged ZIP archive');
  return content;
}
