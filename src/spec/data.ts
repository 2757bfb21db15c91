import type { Path } from './source.ts';

/** Reads of data that may be wrong anywhere: what is not as expected is as if absent, and the schema complains about it. */

export function pick(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (isBranch(value) && Object.hasOwn(value, part) ? value[part] : undefined),
    data,
  );
}

export function entries(data: unknown, path: Path): [string, unknown][] {
  const value = pick(data, path);
  return isBranch(value) && !Array.isArray(value) ? Object.entries(value) : [];
}

export interface Located {
  readonly text: string;
  readonly path: Path;
}

/** The texts of a list, or of a single text in place of a list, and where each stands. */
export function texts(data: unknown, path: Path): Located[] {
  const value = pick(data, path);
  if (typeof value === 'string') return [{ text: value, path }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((text, index) => (typeof text === 'string' ? [{ text, path: [...path, index] }] : []));
}

export function isBranch(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
