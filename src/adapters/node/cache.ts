import { stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CachedFile, ImageCache } from '../../ports/cache.ts';
import type { System } from '../../ports/system.ts';

const ending = '.tar.zst';

/** Bytes of all images together, unless those that projects need are more. */
const most = 5 * 1024 ** 3;

/** Images as files of one directory; each is renamed into place when it is complete. */
export function imageCache(system: System, directory: string, limit = most): ImageCache {
  const { files } = system;
  const note = (project: string) => join(directory, `needs-${project}.json`);
  const remove = async (all: readonly CachedFile[]) => {
    for (const { name } of all) await files.remove(join(directory, name));
  };
  return {
    async list() {
      const names = await files.list(directory);
      return names
        .filter((name) => name.startsWith('relevo-') && name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length));
    },
    file: (alias) => `${directory}/${alias}${ending}`,
    async tidy() {
      await files.makeDirectory(directory, 0o755);
      for (const name of await files.list(directory)) {
        const owner = halfWritten.exec(name)?.[1] ?? halfWritten.exec(name)?.[2];
        if (owner !== undefined && !(await files.exists(`/proc/${owner}`))) await files.remove(`${directory}/${name}`);
      }
    },
    async need(project, needed) {
      const names = needed.map((file) => basename(file));
      await files.write(note(project), `${JSON.stringify({ files: names })}\n`, 0o644);
      const now = system.now();
      const there = await imagesIn(system, directory);
      const own = there.filter(({ name }) => names.includes(name));
      await Promise.all(own.map(({ name }) => utimes(join(directory, name), now, now)));
      await remove(tooMany(there, await neededIn(system, directory), limit));
    },
    forget: (project) => files.remove(note(project)),
    async unneeded() {
      const needed = await neededIn(system, directory);
      return (await imagesIn(system, directory)).filter(({ name }) => !needed.has(name));
    },
    remove,
  };
}

interface Image extends CachedFile {
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** What must go so that the others have room: the longest unused first, and nothing that is needed. Pure. */
export function tooMany(all: readonly Image[], needed: ReadonlySet<string>, limit: number): CachedFile[] {
  let excess = all.reduce((sum, { bytes }) => sum + bytes, 0) - limit;
  return all
    .filter(({ name }) => !needed.has(name))
    .toSorted((one, other) => one.usedAt - other.usedAt)
    .filter(({ bytes }) => {
      const goes = excess > 0;
      if (goes) excess -= bytes;
      return goes;
    });
}

async function imagesIn({ files }: System, directory: string): Promise<Image[]> {
  const names = (await files.list(directory)).filter((name) => /^(relevo|base)-.*\.tar\.zst$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(directory, name));
      return { name, bytes: size, usedAt: mtimeMs };
    }),
  );
}

/** By any project that has used this cache and is not destroyed. */
async function neededIn({ files }: System, directory: string): Promise<Set<string>> {
  const notes = (await files.list(directory)).filter((name) => /^needs-.*\.json$/.test(name));
  const texts = await Promise.all(notes.map((name) => files.readText(join(directory, name))));
  return new Set(texts.flatMap((text) => (JSON.parse(text ?? '{"files":[]}') as { files: string[] }).files));
}

/** Files and directories in the making bear the id of the process that makes them. */
const halfWritten = /^work-(\d+)$|\.(\d+)\.part$/;
