import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { whyUnreadable } from '../apply/unreadable.ts';
import { type Diagnostic, RelevoError } from '../domain/failure.ts';
import { importCompose, namedFiles } from '../import/import.ts';
import { parseEnv } from '../import/interpolate.ts';
import type { Note } from '../import/notes.ts';
import type { Files, System } from '../ports/system.ts';
import { decodeText } from '../spec/text.ts';
import type { NamedFile } from './file.ts';

export interface ImportedFile {
  /** The relevo.yaml. */
  readonly text: string;
  readonly notes: readonly Note[];
  /** `relevo plan` accepts it as it is. */
  readonly ready: boolean;
}

/**
 * A Compose file, with the files beside it that it names, as a relevo.yaml. Reads only. `target`: where that will lie, which its
 * paths begin at; undefined: beside the Compose file.
 */
export async function importFile(
  { name, path }: NamedFile,
  target: NamedFile | undefined,
  { files, env }: Pick<System, 'files' | 'env'>,
): Promise<ImportedFile> {
  const bytes = await read(path, name, files);
  if (bytes === undefined) throw new RelevoError({ code: 'not-found', message: `there is no file ${name}` });
  const beside = (file: string) => resolve(dirname(path), file);
  const text = async (file: string) => {
    const shown = isAbsolute(file) ? file : join(dirname(name), file);
    const found = await read(beside(file), shown, files);
    return found === undefined ? undefined : decoded(shown, found);
  };
  const named = await Promise.all(namedFiles(name, bytes).map(async (file) => [file, await text(file)] as const));
  const texts = Object.fromEntries(named.flatMap(([file, found]) => (found === undefined ? [] : [[file, found]])));
  const own = Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const variables = { ...parseEnv((await text('.env')) ?? ''), ...own };
  const base = target === undefined ? '' : relative(dirname(target.path), dirname(path));
  const imported = importCompose({ file: name, bytes, directory: basename(dirname(path)), base, variables, texts });
  if (imported.ok) return imported;
  throw notImported(name, imported.diagnostics);
}

function notImported(name: string, diagnostics: readonly Diagnostic[]): RelevoError {
  return new RelevoError({ code: 'invalid-file', message: `${name} can’t be imported`, diagnostics });
}

function decoded(name: string, bytes: Uint8Array): string {
  const text = decodeText(name, bytes);
  if (typeof text === 'string') return text;
  throw notImported(name, [text]);
}

/** Asks before what is there is lost. */
export async function writeImported(
  { name, path }: NamedFile,
  text: string,
  files: Pick<Files, 'exists' | 'write'>,
  confirm: (question: string) => Promise<void>,
): Promise<void> {
  if (await files.exists(path)) await confirm(`${name} exists already. Overwrite it?`);
  await files.write(path, text, 0o644);
}

async function read(path: string, name: string, files: Pick<Files, 'read'>): Promise<Uint8Array | undefined> {
  return files.read(path).catch((error: NodeJS.ErrnoException) => {
    throw new RelevoError({ code: 'not-found', message: `${name} can't be read: ${whyUnreadable(error)}` });
  });
}
