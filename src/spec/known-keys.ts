import { isBranch } from './data.ts';
import { jsonSchema } from './schema.ts';
import type { Path } from './source.ts';

type Json = Readonly<Record<string, unknown>>;

const root: Json = jsonSchema();

/** The keys that the schema knows at `path`. */
export function keysAt(path: Path): string[] {
  return schemasAt(path).flatMap((schema) => Object.keys(properties(schema)));
}

/** An example of the value at `path`, ready to be read by a person. */
export function exampleAt(path: Path): string | undefined {
  for (const { examples } of schemasAt(path))
    if (Array.isArray(examples) && examples.length > 0) return flow(examples[0]);
  return undefined;
}

/** Where in the file `key` would be right. */
export function homesOf(key: string, schema: Json = root, path: string = ''): string[] {
  const named = Object.entries(properties(schema)).flatMap(([name, child]) => {
    const here = name === key ? [path] : [];
    return [...here, ...homesOf(key, child, path === '' ? name : `${path}.${name}`)];
  });
  const options = unfold(schema)
    .slice(1)
    .flatMap((option) => homesOf(key, option, path));
  const other = schema['additionalProperties'];
  const below = isBranch(other) ? homesOf(key, other, `${path}.<name>`) : [];
  const items = isBranch(schema['items']) ? homesOf(key, schema['items'], path) : [];
  return [...new Set([...named, ...options, ...below, ...items])];
}

function schemasAt(path: Path): Json[] {
  return path.reduce<Json[]>(
    (schemas, part) => schemas.flatMap((schema) => step(schema, part)).flatMap(unfold),
    [root],
  );
}

function step(schema: Json, part: string | number): Json[] {
  const child =
    typeof part === 'number' ? schema['items'] : (properties(schema)[part] ?? schema['additionalProperties']);
  return isBranch(child) ? [child] : [];
}

function unfold(schema: Json): Json[] {
  const options = schema['anyOf'];
  return Array.isArray(options) ? [schema, ...(options as Json[]).flatMap(unfold)] : [schema];
}

function properties(schema: Json): Record<string, Json> {
  const value = schema['properties'];
  return isBranch(value) ? (value as Record<string, Json>) : {};
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isBranch(value))
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}: ${flow(each)}`)
      .join(', ')}}`;
  // A text of digits is a number to YAML, unless it is quoted.
  return typeof value === 'string' && /^[0-9]+$/.test(value) ? `"${value}"` : String(value);
}
