import { type Element, textOf } from '../../jmx/element.ts';
import { enumOf, shareModes } from '../../jmx/enums.ts';
import type { Text } from '../../text/template.ts';
import { toBoolean } from '../numbers.ts';
import { type Config, type Scope, StopUser, type Supported } from '../support.ts';
import type { Run, User } from '../user.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type CsvForm, type CsvRows, csvRows, decode } from './csv-rows.ts';

/** A row of a file into variables, at each iteration of the controller above. */
export const csvDataSet: Supported = {
  role: 'config',
  title: 'CSV Data Set Config',
  limits: ['Several generators take rows in turn, so that none is taken twice.'],
  files: (element) => [textOf(element, 'filename')],
  compile: (element, scope) => new CsvDataSet(element, scope),
};

/** What one user reads: settled when it comes to the element for the first time. */
interface Reading {
  readonly rows: CsvRows;
  readonly variables: readonly string[];
  /** The counter of rows that were taken; absent where it is the user's own. */
  readonly shared: string | undefined;
}

/** Files are read once, whoever names them. */
const read = new WeakMap<Run, Map<string, CsvRows>>();

class CsvDataSet implements Config {
  readonly #file: Text;
  readonly #encoding: Text;
  readonly #names: Text;
  readonly #delimiter: Text;
  readonly #share: string;
  readonly #flags: Readonly<Record<'ignoreFirstLine' | 'quotedData' | 'recycle' | 'stopThread', Text>>;

  constructor(element: Element, scope: Scope) {
    this.#file = scope.text(element, 'filename');
    this.#encoding = scope.text(element, 'fileEncoding');
    this.#names = scope.text(element, 'variableNames');
    this.#delimiter = scope.text(element, 'delimiter', ',');
    this.#share = textOf(element, 'shareMode');
    this.#flags = {
      ignoreFirstLine: scope.text(element, 'ignoreFirstLine', 'false'),
      quotedData: scope.text(element, 'quotedData', 'false'),
      recycle: scope.text(element, 'recycle', 'true'),
      stopThread: scope.text(element, 'stopThread', 'false'),
    };
  }

  /** A file that is missing is told before the first request. */
  begin(user: User): void {
    if (this.#file.constant !== undefined) this.#reading(user);
  }

  iterate(user: User): void {
    const reading = this.#reading(user);
    const row = this.#next(user, reading);
    if (row) {
      assign(user, reading.variables, row);
      return;
    }
    if (this.#is('stopThread', user)) throw new StopUser();
    const eof = user.run.properties.get('csvdataset.eofstring') ?? '<EOF>';
    for (const name of reading.variables) user.variables.set(name, eof);
  }

  #is(flag: 'ignoreFirstLine' | 'quotedData' | 'recycle' | 'stopThread', user: User): boolean {
    return toBoolean(this.#flags[flag].of(user));
  }

  #next(user: User, { rows, shared }: Reading): readonly string[] | undefined {
    const { share } = user.run;
    const index =
      shared === undefined
        ? user.slot(rows, () => ({ taken: 0 })).taken++
        : user.run.shared.next(shared) * share.of + share.index;
    if (index < rows.count) return rows.row(index);
    return this.#is('recycle', user) && rows.count > 0 ? rows.row(index % rows.count) : undefined;
  }

  #reading(user: User): Reading {
    return user.slot(this, () => this.#open(user));
  }

  #open(user: User): Reading {
    const path = this.#file.of(user).trim();
    const names = this.#names.of(user);
    const form = this.#form(user, names === '');
    const rows = this.#rows(user, path, form);
    const variables = names === '' ? rows.header : names.split(',').filter((name) => name !== '');
    return { rows, variables: variables.map((name) => name.trim()), shared: this.#counter(user, path) };
  }

  #form(user: User, hasHeader: boolean): CsvForm {
    const delimiter = this.#delimiter.of(user);
    return {
      delimiter: delimiter === '\\t' ? '\t' : delimiter || ',',
      quoted: this.#is('quotedData', user),
      skipsFirst: hasHeader || this.#is('ignoreFirstLine', user),
    };
  }

  #rows(user: User, path: string, form: CsvForm): CsvRows {
    const encoding = this.#encoding.of(user);
    const known = read.get(user.run) ?? new Map<string, CsvRows>();
    read.set(user.run, known);
    const key = JSON.stringify([path, encoding, form]);
    const rows = known.get(key) ?? csvRows(decode(user.run.files.read(path), encoding, path), form);
    known.set(key, rows);
    return rows;
  }

  /** Whoever names the same file in the same way takes rows of the same row. */
  #counter(user: User, path: string): string | undefined {
    const mode = enumOf(shareModes, this.#share);
    if (mode === 'thread') return undefined;
    if (mode === 'group') return `csv ${path} of group ${(user as VirtualUser).crew.index}`;
    return mode === 'all' ? `csv ${path}` : `csv ${path} by ${this.#share}`;
  }
}

function assign(user: User, names: readonly string[], row: readonly string[]): void {
  const count = Math.min(names.length, row.length);
  for (let each = 0; each < count; each += 1) user.variables.set(names[each] as string, row[each] as string);
}
