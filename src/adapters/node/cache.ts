import type { ImageCache } from '../../ports/cache.ts';
import type { System } from '../../ports/system.ts';

const ending = '.tar.zst';

/** Images as files of one directory; each is renamed into place when it is complete. */
export function imageCache(system: System, directory: string): ImageCache {
  return {
    async list() {
      const names = await system.files.list(directory);
      return names
        .filter((name) => name.startsWith('relevo-') && name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length));
    },
    file: (alias) => `${directory}/${alias}${ending}`,
    async tidy() {
      await system.files.makeDirectory(directory, 0o755);
      for (const name of await system.files.list(directory)) {
        const owner = halfWritten.exec(name)?.[1] ?? halfWritten.exec(name)?.[2];
        if (owner !== undefined && !(await system.files.exists(`/proc/${owner}`)))
          await system.files.remove(`${directory}/${name}`);
      }
    },
  };
}

/** Files and directories in the making bear the id of the process that makes them. */
const halfWritten = /^work-(\d+)$|\.(\d+)\.part$/;
