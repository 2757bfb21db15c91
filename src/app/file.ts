import { whyUnreadable } from '../apply/unreadable.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import type { Files } from '../ports/system.ts';
import { type Loaded, loadSpec, type PointAt } from '../spec/load.ts';

/** The user's file, read and checked. */
export interface ReadFile {
  readonly spec: Spec;
  readonly at: PointAt;
}

/** A file as the user named it, which is how messages call it, and where it is. */
export interface NamedFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Nothing but the file is touched, and that is only read. `edit`: what it says instead. */
export async function readSpec(
  { name, path }: NamedFile,
  files: Pick<Files, 'read'>,
  edit: (text: string) => string = (text) => text,
): Promise<ReadFile & { readonly text: string }> {
  const bytes = await files.read(path).catch((error: NodeJS.ErrnoException) => {
    throw new RelevoError({ code: 'not-found', message: `${name} can't be read: ${whyUnreadable(error)}` });
  });
  if (bytes === undefined) {
    throw new RelevoError({
      code: 'not-found',
      message: `there is no file ${name}`,
      hint: 'name one with -f FILE, or write one with `relevo init` or `relevo import compose.yaml`',
    });
  }
  const read = accepted(name, loadSpec(name, bytes));
  const before = new TextDecoder().decode(bytes);
  const text = edit(before);
  return text === before
    ? { ...read, text }
    : { ...accepted(name, loadSpec(name, new TextEncoder().encode(text))), text };
}

function accepted(file: string, loaded: Loaded): ReadFile {
  if (loaded.ok) return loaded;
  throw new RelevoError({ code: 'invalid-file', message: `${file} is not valid`, diagnostics: loaded.diagnostics });
}
