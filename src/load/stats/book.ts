import type { ErrorCount, FiguresDelta } from './delta.ts';
import { Figures } from './figures.ts';

/** How many are told apart; the rest is counted as one, so that a label with a number in it can't fill the memory. */
export const bounds = { labels: 1000, servers: 200, errors: 200, codes: 200, characters: 300 } as const;

/** What those beyond the bounds are counted as. */
export const others = { labels: '(other labels)', servers: '(other servers)', rest: '(others)' } as const;

/** Figures by name, in the order in which names were first seen. */
export class Book {
  readonly #pages = new Map<string, Figures>();
  readonly #most: number;
  readonly #rest: string;

  constructor(kind: 'labels' | 'servers') {
    this.#most = bounds[kind];
    this.#rest = others[kind];
  }

  of(name: string): Figures {
    return this.#pages.get(name) ?? this.#newPage(shortened(name));
  }

  entries(): readonly (readonly [name: string, figures: Figures])[] {
    return [...this.#pages];
  }

  /** What was recorded, by name; begins anew. */
  take(): FiguresDelta[] {
    return this.entries().flatMap(([name, figures]) => (figures.samples > 0 ? [figures.take(name)] : []));
  }

  #newPage(name: string): Figures {
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    if (this.#pages.size >= this.#most && name !== this.#rest) return this.of(this.#rest);
    const page = new Figures();
    this.#pages.set(name, page);
    return page;
  }
}

/** How often each code came. */
export class Codes {
  #counts = new Map<string, number>();

  count(code: string, times: number): void {
    const known = this.#counts.get(code);
    if (known !== undefined) this.#counts.set(code, known + times);
    else this.#countNew(this.#counts.size < bounds.codes ? shortened(code) : others.rest, times);
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #countNew(code: string, times: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + times);
  }
}

/** How often each kind of failure came. */
export class Errors {
  readonly #counts = new Map<string, { readonly code: string; readonly message: string; count: number }>();

  count({ code, message, count }: ErrorCount): void {
    const [shortCode, short] = [shortened(code), shortened(message)];
    const key = `${shortCode}\n${short}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += count;
    else if (this.#counts.size < bounds.errors || code === others.rest)
      this.#counts.set(key, { code: shortCode, message: short, count });
    else this.count({ code: others.rest, message: '', count });
  }

  all(): ErrorCount[] {
    return [...this.#counts.values()].map((each) => ({ ...each }));
  }
}

function shortened(text: string): string {
  return text.length > bounds.characters ? `${text.slice(0, bounds.characters)}…` : text;
}
