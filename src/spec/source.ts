import type { Diagnostic } from '../domain/failure.ts';

/** Offsets into the text: from, and up to but not including. */
export type Range = readonly [start: number, end: number];

/** Keys and list indexes from the root of the file. */
export type Path = readonly (string | number)[];

export interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A complaint that only several parts of the file together give rise to. */
export interface Finding extends Complaint {
  readonly path: Path;
  /** The key is at fault, rather than its value. */
  readonly key?: boolean;
}

/** The text of a file, able to turn offsets into the lines and columns that a person sees. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  /** `range` undefined: the complaint is about the whole file. */
  diagnostic(range: Range | undefined, path: Path, complaint: Complaint): Diagnostic {
    return {
      file: this.file,
      ...(range && this.#place(range)),
      path: dotted(path),
      message: complaint.message,
      ...(complaint.hint !== undefined && { hint: complaint.hint }),
    };
  }

  lineAt(offset: number): number {
    const after = this.#starts.findIndex((start) => start > offset);
    return after === -1 ? this.#starts.length : after;
  }

  #place([start, end]: Range): Required<Pick<Diagnostic, 'line' | 'column' | 'length' | 'text'>> {
    const line = this.lineAt(start);
    const begin = this.#starts[line - 1] ?? 0;
    const text = this.text.slice(begin, this.#starts[line] ?? this.text.length).replace(/\r?\n$/, '');
    const first = Math.min(start - begin, text.length);
    const last = Math.min(end - begin, text.length);
    return {
      line,
      column: characters(text.slice(0, first)) + 1,
      length: Math.max(1, characters(text.slice(first, last))),
      text,
    };
  }
}

export function dotted(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** In the order in which the file is read; what is said twice of one place is said once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
    .filter((diagnostic) => {
      const key = JSON.stringify([
        diagnostic.line,
        diagnostic.column,
        diagnostic.line === undefined ? diagnostic.path : '',
        diagnostic.message,
      ]);
      return !seen.has(key) && seen.add(key);
    });
}

function characters(text: string): number {
  return [...text].length;
}
