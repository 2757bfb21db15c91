import { type Diagnostic, RelevoError } from '../../domain/failure.ts';

interface Complaint {
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A longer line is no help above an underline. */
const longestShown = 240;

/** The text of a `.jmx`, and how people call the file. */
export class PlanSource {
  readonly name: string;
  readonly text: string;
  /** All of the text was read: what is wrong now is that it ended. */
  ended = false;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  refuse(complaint: Complaint): never {
    throw unreadable(this.name, this.#diagnostic(complaint));
  }

  /** That the file ends within `open`, in `line`; undefined where it has not ended. */
  unfinished(open: { readonly tag: string; readonly line: number } | undefined, line: number): RelevoError | undefined {
    if (!this.ended || open === undefined) return undefined;
    const message = `the file ends too early: \`<${open.tag}>\` of line ${open.line} is never closed`;
    return unreadable(this.name, this.#diagnostic({ line, column: 1, message, hint: 'was it copied whole?' }));
  }

  #diagnostic({ line, column, message, hint }: Complaint): Diagnostic {
    const text = line === undefined ? undefined : this.#line(line);
    return {
      file: this.name,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column, length: 1 }),
      ...(text !== undefined && text.length <= longestShown && { text }),
      path: '',
      message,
      ...(hint !== undefined && { hint }),
    };
  }

  #line(number: number): string {
    let start = 0;
    for (let line = 1; line < number; line++) start = this.text.indexOf('\n', start) + 1;
    const end = this.text.indexOf('\n', start);
    return this.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  }
}

export function unreadable(name: string, diagnostic: Diagnostic): RelevoError {
  return new RelevoError({
    code: 'invalid-file',
    message: `${name} is no JMeter plan that can be read`,
    diagnostics: [diagnostic],
  });
}
