import type { ImageFile } from '../domain/desired.ts';
import type { Asset, Assets, FileSpec, ServiceSpec } from '../domain/spec.ts';

export const fileMode = 0o644;
const directoryMode = 0o755;

/**
 * What the image carries, each target once, directories before what is in them: a file named by itself takes the place of one in a
 * directory. Where something is run, templates as well, as they are: `a2ensite` and its like look for files that are there.
 */
export function imageFiles({ files, run }: Pick<ServiceSpec, 'files' | 'run'>, assets: Assets): ImageFile[] {
  const carried = files.filter(({ template }) => !template || run.length > 0);
  const plain = carried.map((file) => filesOf(file, assets.files[file.source]));
  const all = [...plain.filter(isDirectory), ...plain.filter((each) => !isDirectory(each))];
  const last = new Map(all.flatMap((each) => each.files).map((file) => [file.target, file]));
  return [...last.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

interface Found {
  readonly asset: Asset | undefined;
  readonly files: readonly ImageFile[];
}

function isDirectory({ asset }: Found): boolean {
  return asset !== undefined && 'entries' in asset;
}

function filesOf({ target, mode, owner }: FileSpec, asset: Asset | undefined): Found {
  const whose = owner === undefined ? {} : { owner };
  if (asset === undefined || 'bytes' in asset) {
    const file = { target, mode: mode ?? fileMode, content: asset?.bytes ?? '', ...whose };
    return { asset, files: [file] };
  }
  const directory = (below: number) =>
    ({ mode: mode === undefined ? below : enterable(mode), content: '', kind: 'directory' }) as const;
  const files = asset.entries.map((entry): ImageFile => {
    const head = { target: `${target}/${entry.path}`, ...whose };
    if (entry.kind === 'link') return { ...head, mode: 0o777, content: entry.to, kind: 'link' };
    if (entry.kind === 'file') return { ...head, mode: mode ?? entry.mode, content: entry.bytes };
    return { ...head, ...directory(entry.mode) };
  });
  return { asset, files: [{ target, ...whose, ...directory(directoryMode) }, ...files] };
}

/** A directory that is read must be entered too: chmod's `X`. */
function enterable(mode: number): number {
  return mode | ((mode & 0o444) >> 2);
}

/** Of a file that is none, nothing. */
export function bytesOf(asset: Asset | undefined): Uint8Array {
  return asset !== undefined && 'bytes' in asset ? asset.bytes : new Uint8Array();
}
