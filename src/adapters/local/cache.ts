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
  };
}
