import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const interval = 200;

/** Pieces are read in so many bytes. */
const pieceSize = 256 * 1024;

/** What is written to a file that may not be there yet, until `ended` has resolved and its end is reached. */
export async function* follow(path: string, ended: Promise<unknown>): AsyncGenerator<Buffer> {
  let last = false;
  const noMore = ended.then(
    () => true,
    () => true,
  );
  let file = await openIfThere(path);
  try {
    for (let at = 0; ; ) {
      file ??= await openIfThere(path);
      const piece = Buffer.allocUnsafe(pieceSize);
      const { bytesRead } = (await file?.read(piece, 0, pieceSize, at)) ?? { bytesRead: 0 };
      at += bytesRead;
      if (bytesRead > 0) yield piece.subarray(0, bytesRead);
      else if (last) return;
      else last = await Promise.race([noMore, sleep(interval, false)]);
    }
  } finally {
    await file?.close();
  }
}

async function openIfThere(path: string) {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
