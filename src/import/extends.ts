import { isBranch } from '../spec/data.ts';
import type { Notes } from './notes.ts';
import { pairsOf, record, textOf } from './read.ts';

type Services = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const mappings = new Set(['environment', 'labels', 'depends_on', 'deploy', 'healthcheck', 'build', 'logging']);
const lists = new Set(['ports', 'volumes', 'expose', 'env_file', 'tmpfs', 'configs', 'secrets', 'profiles']);

/** A service with what it `extends`, by Compose's rules of merging: maps by name, lists one after the other, else its own value. */
export function extended(
  name: string,
  services: Services,
  notes: Notes,
  open: readonly string[] = [],
): Record<string, unknown> {
  const { extends: base, ...own } = services[name] ?? {};
  if (base === undefined) return own;
  const at = ['services', name, 'extends'];
  const from = textOf(base) ?? textOf(record(base)['service']) ?? '';
  const file = textOf(record(base)['file']);
  if (file !== undefined || services[from] === undefined || open.includes(from)) {
    const why = file === undefined ? `there is no service \`${from}\` to extend` : `${file} is another file`;
    notes.add(
      'open',
      at,
      `${name}.extends`,
      why,
      'let Compose write it whole, and import that: docker compose config > whole.yaml',
    );
    return own;
  }
  return merged(extended(from, services, notes, [...open, name]), own);
}

function merged(
  base: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])];
  return Object.fromEntries(keys.map((key) => [key, mergedValue(key, base[key], own[key])]));
}

function mergedValue(key: string, base: unknown, own: unknown): unknown {
  if (base === undefined || own === undefined) return own ?? base;
  if (key === 'environment' || key === 'labels')
    return Object.fromEntries([...pairsOf(base), ...pairsOf(own)].map(([name, value]) => [name, value ?? null]));
  if (lists.has(key)) return [...[base].flat(), ...[own].flat()];
  if (mappings.has(key) && isMap(base) && isMap(own)) return merged(base, own);
  return own;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return isBranch(value) && !Array.isArray(value);
}
