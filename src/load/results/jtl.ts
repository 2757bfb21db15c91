import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelevoError } from '../../domain/failure.ts';
import type { Sample } from '../sample.ts';
import { CsvReader, type Read } from './jtl-csv.ts';
import { XmlReader } from './jtl-xml.ts';

export type { Read } from './jtl-csv.ts';

export interface ReadOptions {
  /** How the log is called in errors, where it is no file. */
  readonly name?: string;
  /**
   * The log is still being written, or not yet there: it is followed until the signal is aborted, and then read to its end. It
   * is looked at again and again, since not every file system tells when a file has grown.
   */
  readonly follow?: AbortSignal;
}

const pieceSize = 1 << 18;
const lookAgain = 100;

/**
 * Reads a log of samples, CSV with any columns or XML, as a stream: memory stays flat. A row's sample is only valid while it is
 * told. Throws a RelevoError where there is no file, or where it is no log; what is broken inside is counted.
 */
export async function readJtl(
  log: string | AsyncIterable<Buffer>,
  onRow: (sample: Sample) => void,
  { name = typeof log === 'string' ? log : 'the log', follow }: ReadOptions = {},
): Promise<Read> {
  let reader: CsvReader | XmlReader | undefined;
  let blank: Buffer = Buffer.alloc(0);
  for await (const piece of typeof log === 'string' ? piecesOf(log, follow) : log) {
    if (reader !== undefined) reader.push(piece);
    else {
      blank = Buffer.concat([blank, piece]);
      reader = readerFor(blank, name, onRow);
      reader?.push(blank);
    }
  }
  return reader?.end() ?? { rows: 0, unreadable: 0, truncated: false };
}

/** Undefined where there is nothing but space so far. */
function readerFor(bytes: Buffer, name: string, onRow: (sample: Sample) => void): CsvReader | XmlReader | undefined {
  const first = /[^\s\ufeff]/.exec(bytes.toString('utf8', 0, 1024))?.[0];
  if (first === undefined && bytes.length < 1024) return undefined;
  return first === '<' ? new XmlReader(onRow) : new CsvReader(name, onRow);
}

async function* piecesOf(path: string, follow: AbortSignal | undefined): AsyncIterable<Buffer> {
  const file = await opened(path, follow);
  if (file === undefined) return;
  try {
    for (;;) {
      const wasEnded = follow === undefined || follow.aborted;
      const piece = Buffer.allocUnsafe(pieceSize);
      const { bytesRead } = await file.read(piece, 0, pieceSize).catch((error: NodeJS.ErrnoException) => {
        throw unreadable(path, error.code, error.message, error);
      });
      if (bytesRead > 0) yield piece.subarray(0, bytesRead);
      else if (wasEnded) return;
      else await pause(follow);
    }
  } finally {
    await file.close();
  }
}

/** Undefined where somebody who was waited for wrote nothing. */
async function opened(path: string, follow: AbortSignal | undefined): Promise<FileHandle | undefined> {
  for (;;) {
    const wasEnded = follow === undefined || follow.aborted;
    try {
      return await open(path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (follow === undefined || code !== 'ENOENT') throw unreadable(path, code, message, error as Error);
      if (wasEnded) return undefined;
      await pause(follow);
    }
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(lookAgain, undefined, { signal }).catch(() => {}); // aborted: look once more, at once
}

function unreadable(path: string, code: string | undefined, why: string, cause: Error): RelevoError {
  const message = code === 'ENOENT' ? `there is no file ${path}` : `${path} can't be read: ${why}`;
  return new RelevoError({ code: 'not-found', message }, { cause });
}
