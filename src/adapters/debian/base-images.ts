import { RelevoError } from '../../domain/failure.ts';
import type { BaseImages, Workshop } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { type Bench, basePackages, buildBase, noWaiting, type Release } from './build-base.ts';
import { imageServer } from './image-servers.ts';

/** Raised when the base's content changes, so that cached ones are not taken for new ones. */
const baseVersion = 2;

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ubuntuKeyring = '/usr/share/keyrings/ubuntu-archive-keyring.gpg';

const releases: Readonly<Record<string, Release>> = {
  'debian/11': { suite: 'bullseye', keyring: debianKeyring, resolvedApart: false },
  'debian/12': { suite: 'bookworm', keyring: debianKeyring, resolvedApart: true },
  'debian/13': { suite: 'trixie', keyring: debianKeyring, resolvedApart: true },
  'ubuntu/22.04': { suite: 'jammy', keyring: ubuntuKeyring, resolvedApart: false },
  'ubuntu/24.04': { suite: 'noble', keyring: ubuntuKeyring, resolvedApart: true },
};

/** Base images from image servers, or built from the distribution's mirror with mmdebstrap; kept in `cache`. */
export function debianBaseImages(system: System, cache: string): BaseImages {
  const file = (base: string) => `${cache}/base-${base.replace('/', '-')}-v${baseVersion}.tar.zst`;
  return {
    file,
    isCached: (base) => system.files.exists(file(base)),
    server: (base, product) => imageServer(base, product, system),
    completion: { packages: basePackages, run: [noWaiting] },
    async build(base, onLine) {
      const release = releases[base];
      if (release === undefined || !(await system.files.exists(release.keyring))) throw noWayTo(base, release);
      if (system.uid !== 0) throw onlyRoot(base);
      const job = { base, release, work: `${cache}/work-${process.pid}`, file: file(base) };
      await buildBase(thisHost(system), job, onLine);
    },
    async buildAt(workshop, base, onLine) {
      const release = releases[base];
      if (release === undefined) throw noWayTo(base, release);
      await workshop.install(['mmdebstrap', 'zstd', keysOf(release)]);
      const image = `${workshop.directory}/base.tar.zst`;
      await buildBase(otherHost(workshop), { base, release, work: `${workshop.directory}/work`, file: image }, onLine);
      return image;
    },
  };
}

function thisHost({ run, files }: System): Bench {
  return {
    run: (argv, onLine, env = {}) => run(argv, { onLine, env }),
    write: (path, text) => files.write(path, text, 0o644),
    remove: (path) => files.remove(path),
  };
}

/** Seconds: of mmdebstrap, which fetches 50 MB and more. */
const longest = 1800;

function otherHost({ exec }: Workshop): Bench {
  const put = 'umask 022; mkdir -p "$(dirname "$1")" && cat > "$1"';
  return {
    run: (argv, onLine, environment = {}) => exec(argv, { onLine, environment, timeout: longest }),
    write: async (path, text) => void (await exec(['sh', '-c', put, 'sh', path], { stdin: text })),
    remove: async (path) => void (await exec(['rm', '-rf', path])),
  };
}

function keysOf({ keyring }: Release): string {
  return keyring === ubuntuKeyring ? 'ubuntu-keyring' : 'debian-archive-keyring';
}

function onlyRoot(base: string): RelevoError {
  const message = `no image server has given the base image ${base}, and only root can build it here`;
  const hint = 'put its file from a computer where Relevo has made it into the cache (`RELEVO_CACHE`)';
  return new RelevoError({ code: 'build-failed', message, hint });
}

function noWayTo(base: string, release: Release | undefined): RelevoError {
  const message = `no way to the base image ${base}: no image server has given it`;
  if (release === undefined) return new RelevoError({ code: 'build-failed', message });
  const hint = `to build it from the distribution's mirror, install the keys: apt-get install ${keysOf(release)}`;
  return new RelevoError({ code: 'build-failed', message: `${message}, and ${release.keyring} is missing`, hint });
}
