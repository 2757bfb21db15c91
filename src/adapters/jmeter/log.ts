import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** Of a log that may be large: bytes from its end. */
const most = 256 * 1024;

/** The end of JMeter's log, without the traces of stacks. */
export function logLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, most));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && !/^\s+(at |\.\.\. \d+ more)/.test(line));
  } finally {
    closeSync(file);
  }
}

/** What JMeter complains of, once each, the first few: `o.a.j.t.ThreadGroup: …`. */
export function complaints(lines: readonly string[]): string[] {
  const said = lines.map((line) => /^[\d-]+ [\d:,]+ ERROR (.+)/.exec(line)?.[1]).filter((line) => line !== undefined);
  return [...new Set(said)].slice(0, 5);
}

/** The classes that no jar brings: elements of plugins that are not installed. */
export function unknownClasses(lines: readonly string[]): string[] {
  const names = lines.flatMap((line) =>
    [...line.matchAll(/CannotResolveClassException: ([\w.$]+)/g)].map((found) => found[1] ?? ''),
  );
  return [...new Set(names)];
}
