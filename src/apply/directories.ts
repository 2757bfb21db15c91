import { join, posix } from 'node:path';
import type { Asset, DirectoryEntry } from '../domain/spec.ts';
import type { Files, WalkEntry } from '../ports/system.ts';
import type { Complaint } from '../spec/source.ts';
import { whyUnreadable } from './unreadable.ts';

/** Each of them is sent by itself, and all are held in memory. */
const mostFiles = 5000;
const mostBytes = 512 * 1024 ** 2;

/** What a directory holds, or why it can't be taken. Modes are kept, and links that stay inside. */
export async function readDirectory(
  directory: string,
  files: Pick<Files, 'read' | 'walk'>,
): Promise<Asset | Complaint> {
  try {
    const found = await files.walk(directory);
    const complaint = tooMuch(found) ?? found.map(entryComplaint).find((each) => each !== undefined);
    if (complaint !== undefined) return complaint;
    const ordered = found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const entries: DirectoryEntry[] = [];
    for (const entry of ordered) entries.push(await entryOf(directory, entry, files));
    return { entries };
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    if (failure.code === undefined) throw error;
    return { message: `${failure.path ?? directory}: ${whyUnreadable(failure)}` };
  }
}

async function entryOf(
  directory: string,
  { path, kind, mode, to }: WalkEntry,
  files: Pick<Files, 'read'>,
): Promise<DirectoryEntry> {
  if (kind === 'link') return { path, kind, to };
  if (kind === 'directory') return { path, kind, mode };
  const bytes = (await files.read(join(directory, path))) ?? new Uint8Array();
  return { path, kind: 'file', mode, bytes };
}

function tooMuch(found: readonly WalkEntry[]): Complaint | undefined {
  if (found.length === 0) return { message: 'the directory is empty' };
  const bytes = found.reduce((sum, { size }) => sum + size, 0);
  const hint = 'give one archive as `source`, and unpack it in `run`';
  if (found.length > mostFiles)
    return { message: `the directory has ${found.length} files and directories; at most ${mostFiles} are taken`, hint };
  if (bytes > mostBytes)
    return {
      message: `the directory has ${Math.ceil(bytes / 1024 ** 2)} MiB; at most ${mostBytes / 1024 ** 2} are taken`,
      hint,
    };
  return undefined;
}

function entryComplaint({ path, kind, to }: WalkEntry): Complaint | undefined {
  if (kind === 'other') return { message: `\`${path}\` is neither a file nor a directory nor a link` };
  if (/[\p{Cc}\ufffd]/u.test(path))
    return { message: `the name \`${path}\` is not UTF-8, or has control characters in it` };
  const leads = posix.normalize(posix.join(posix.dirname(path), to));
  const isOutside = kind === 'link' && (to.startsWith('/') || leads === '..' || leads.startsWith('../'));
  if (!isOutside) return undefined;
  return {
    message: `the link \`${path}\` leads out of the directory, to \`${to}\``,
    hint: 'put the file itself there',
  };
}
