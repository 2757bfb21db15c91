import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { WalkEntry } from '../../ports/system.ts';

/** What version control keeps is no part of what is shipped. */
const skipped = new Set(['.git', '.hg', '.svn']);

export async function walk(directory: string, below = ''): Promise<WalkEntry[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true });
  const found: WalkEntry[] = [];
  for (const entry of entries.filter(({ name }) => !skipped.has(name))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    found.push(await entryAt(directory, path));
    if (entry.isDirectory()) found.push(...(await walk(directory, path)));
  }
  return found;
}

async function entryAt(directory: string, path: string): Promise<WalkEntry> {
  const whole = join(directory, path);
  const stat = await lstat(whole);
  const head = { path, mode: stat.mode & 0o777, size: stat.isDirectory() ? 0 : stat.size };
  if (stat.isDirectory()) return { ...head, kind: 'directory', to: '' };
  if (stat.isSymbolicLink()) return { ...head, kind: 'link', to: await readlink(whole) };
  return { ...head, kind: stat.isFile() ? 'file' : 'other', to: '' };
}
