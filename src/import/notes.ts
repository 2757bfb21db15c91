import type { Path, Source } from '../spec/source.ts';
import type { Tree } from '../spec/tree.ts';

/** `open`: somebody must fill it in. `changed`: it is there in another form. `left-out`: it has no counterpart. */
export type NoteKind = 'open' | 'changed' | 'left-out';

/** What did not go over into relevo.yaml as it stood. */
export interface Note {
  readonly kind: NoteKind;
  /** Lines of the Compose file, in order; none where no line is about it. */
  readonly lines: readonly number[];
  /** The key or the service: `web.volumes`. */
  readonly what: string;
  readonly why: string;
  /** The way here. */
  readonly instead?: string;
}

/** Collects notes; the same words about several lines are one note. */
export class Notes {
  readonly #notes = new Map<string, { note: Note; lines: Set<number> }>();
  readonly #source: Source;
  readonly #tree: Tree;

  constructor(source: Source, tree: Tree) {
    this.#source = source;
    this.#tree = tree;
  }

  add(kind: NoteKind, path: Path, what: string, why: string, instead?: string): void {
    const note: Note = { kind, lines: [], what, why, ...(instead !== undefined && { instead }) };
    const key = JSON.stringify(note);
    const known = this.#notes.get(key) ?? { note, lines: new Set() };
    this.#notes.set(key, known);
    const range = this.#tree.key(path);
    if (range !== undefined) known.lines.add(this.#source.lineAt(range[0]));
  }

  get list(): Note[] {
    const notes = [...this.#notes.values()].map(({ note, lines }) => ({
      ...note,
      lines: [...lines].sort((a, b) => a - b),
    }));
    return notes.toSorted((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
  }
}
