import { isBranch } from '../spec/data.ts';
import type { Path } from '../spec/source.ts';

/** Values of variables: the user's environment, and what `.env` adds. */
export type Variables = Readonly<Record<string, string>>;

export interface Filled {
  readonly text: string;
  /** Every variable that was asked for. */
  readonly names: readonly string[];
  /** Those without a value and without a default; Compose puts nothing in their place. */
  readonly missing: readonly string[];
}

/** Compose's interpolation of one text. Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md */
export function interpolate(text: string, variables: Variables): Filled {
  const names: string[] = [];
  const missing: string[] = [];
  const value = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined);

  const expand = (given: string): string => {
    let out = '';
    for (let at = 0; at < given.length; at++) {
      const rest = given.slice(at);
      const plain = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(rest);
      if (rest.startsWith('$$')) {
        out += '$';
        at += 1;
      } else if (rest.startsWith('${')) {
        const end = closing(given, at + 2);
        out += braced(given.slice(at + 2, end));
        at = end;
      } else if (plain !== null) {
        out += braced(plain[1] as string);
        at += plain[0].length - 1;
      } else out += given.charAt(at);
    }
    return out;
  };

  const braced = (inside: string): string => {
    const [, name = '', operator = '', word = ''] =
      /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(inside) ?? [];
    if (name === '') return `\${${inside}}`;
    names.push(name);
    const found = value(name);
    const given = operator.startsWith(':') ? found || undefined : found;
    if (operator.endsWith('+')) return given === undefined ? '' : expand(word);
    if (given !== undefined) return given;
    if (operator.endsWith('-')) return expand(word);
    missing.push(name);
    return '';
  };

  return { text: expand(text), names, missing };
}

/** All texts in it, keys apart. `lacking` is told of each variable that has no value. */
export function interpolateAll(
  data: unknown,
  variables: Variables,
  lacking: (name: string, path: Path) => void,
  path: Path = [],
): unknown {
  if (typeof data === 'string') {
    const { text, missing } = interpolate(data, variables);
    for (const name of missing) lacking(name, path);
    return text;
  }
  if (Array.isArray(data)) return data.map((each, index) => interpolateAll(each, variables, lacking, [...path, index]));
  if (!isBranch(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, each]) => [key, interpolateAll(each, variables, lacking, [...path, key])]),
  );
}

/** Where the brace that was opened before `from` closes; the end of the text where it does not. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text.charAt(at) === '}' && --depth === 0) return at;
  }
  return text.length;
}

/** A file of `NAME=value` lines, as `.env` and `env_file` are. Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax */
export function parseEnv(text: string): Record<string, string> {
  const lines = text
    .split(/\r?\n/)
    .map((line) => /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s*(.*)$/.exec(line));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1], envValue(match[2] ?? '')]])));
}

function envValue(text: string): string {
  const quoted = /^(["'])(.*?)(?<!\\)\1/.exec(text);
  if (quoted === null) return text.replace(/(^|\s+)#.*$/, '').trim();
  const inside = quoted[2] ?? '';
  return quoted[1] === "'" ? inside : inside.replace(/\\n/g, '\n').replace(/\\(["\\$])/g, '$1');
}
