import { RelevoError } from '../../../domain/failure.ts';
import type { Run, User } from '../../engine/user.ts';
import { Refused, store, type TextFunction } from '../function.ts';

/** What JMeter gives where a file can't be read. */
const unreadable = '**ERR**';

/** Files of the plan: they are read once per process, and their rows are dealt to all users. */
export const files: readonly TextFunction[] = [
  {
    name: '__CSVRead',
    title:
      'A column (from 0 on) of the user’s row of a CSV file, split at commas without regard to quotes; `next` takes the next row',
    syntax: '__CSVRead(file or *alias, column | next | *alias)',
    takes: [2, 2],
    reads: 'file',
    compile: (args) => (user) => {
      const [file = '', what = ''] = args.map((each) => each.of(user));
      return csvRead(user, file, what);
    },
  },
  {
    name: '__StringFromFile',
    title: 'The next line of a file; after the last one comes the first again',
    syntax: '__StringFromFile(file, [variable])',
    takes: [1, 4],
    reads: 'file',
    refuses: 'A sequence of files.',
    compile: ([file, variable, start, end], { id }) => {
      if ((start?.constant ?? start) || (end?.constant ?? end))
        throw new Refused('__StringFromFile with a sequence of files', 'the same file would be read all the time');
      return (user) => {
        const lines = linesOf(user.run, file?.of(user) ?? '');
        const line = lines === undefined ? unreadable : (lines[user.run.shared.next(id) % lines.length] ?? 'null');
        if (variable !== undefined) return store(user, variable, line);
        user.variables.set('StringFromFile_', line);
        return line;
      };
    },
  },
  {
    name: '__FileToString',
    title: 'A whole file as text, in UTF-8 where no encoding is given',
    syntax: '__FileToString(file, [encoding], [variable])',
    takes: [1, 3],
    reads: 'file',
    refuses: 'Encodings that are not known.',
    compile: ([file, encoding, variable]) => {
      if (encoding?.constant !== undefined) decoder(encoding.constant);
      return (user) => {
        const content = contentOf(user.run, file?.of(user) ?? '');
        return store(
          user,
          variable,
          content === undefined ? unreadable : decoder(encoding?.of(user) ?? '').decode(content),
        );
      };
    },
  },
];

function decoder(encoding: string) {
  try {
    return new TextDecoder(encoding.trim() || 'utf-8', { ignoreBOM: true });
  } catch (error) {
    if (error instanceof RangeError) throw new Refused(`the encoding "${encoding.slice(0, 30)}"`);
    throw error;
  }
}

interface Cached {
  readonly contents: Map<string, Buffer | undefined>;
  readonly lines: Map<string, readonly string[]>;
  readonly aliases: Map<string, string>;
}

const caches = new WeakMap<Run, Cached>();

function cacheOf(run: Run): Cached {
  let cached = caches.get(run);
  if (cached === undefined) {
    cached = { contents: new Map(), lines: new Map(), aliases: new Map() };
    caches.set(run, cached);
  }
  return cached;
}

/** Undefined where there is no such file. That it may not be read, or is too large, is an error. */
function contentOf(run: Run, path: string): Buffer | undefined {
  const { contents } = cacheOf(run);
  if (!contents.has(path)) contents.set(path, read(run, path));
  return contents.get(path);
}

function read(run: Run, path: string): Buffer | undefined {
  try {
    return run.files.read(path);
  } catch (error) {
    if (error instanceof RelevoError && error.failure.code === 'not-found') return undefined;
    throw error;
  }
}

function linesOf(run: Run, path: string): readonly string[] | undefined {
  const { lines } = cacheOf(run);
  const content = contentOf(run, path);
  if (content === undefined) return undefined;
  let known = lines.get(path);
  if (known === undefined) {
    known = content
      .toString()
      .replace(/\r?\n$|\r$/, '')
      .split(/\r\n|\n|\r/);
    lines.set(path, known);
  }
  return known;
}

/** Which row of a file the user has; each file has its own. */
const rows = {};
const noRows = () => new Map<string, number>();

function csvRead(user: User, file: string, what: string): string {
  const { aliases } = cacheOf(user.run);
  if (what.startsWith('*')) {
    if (!aliases.has(what)) aliases.set(what, file);
    return '';
  }
  const mine = user.slot(rows, noRows);
  if (what === 'next' || what === 'next()') {
    mine.delete(file);
    return '';
  }
  const path = file.startsWith('*') ? aliases.get(file) : file;
  const lines = path === undefined ? undefined : linesOf(user.run, path);
  // Whatever comes after an empty line is no part of the data, as in JMeter.
  const end = lines?.indexOf('') ?? -1;
  const count = end === -1 ? (lines?.length ?? 0) : end;
  if (lines === undefined || count === 0 || !/^\d{1,6}$/.test(what)) return '';
  const row = mine.get(file) ?? user.run.shared.next(`__CSVRead ${file}`) % count;
  mine.set(file, row);
  return lines[row]?.split(user.run.properties.get('csvread.delimiter') || ',')[Number(what)] ?? '';
}
