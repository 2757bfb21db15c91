import { dirname, join } from 'node:path';
import { RelevoError } from '../domain/failure.ts';
import type { Files } from '../ports/system.ts';
import { loadSpec } from '../spec/load.ts';
import { jsonSchema } from '../spec/schema.ts';
import { starter, starterPage } from '../spec/starter.ts';
import type { NamedFile } from './file.ts';

/** Writes a commented starter file, its page, and the schema for editors. Resolves to their names. */
export async function init(name: string, file: NamedFile, files: Files): Promise<readonly [string, string, string]> {
  const beside = (path: string): NamedFile => ({
    name: join(dirname(file.name), path),
    path: join(dirname(file.path), path),
  });
  const [page, schema] = [beside('site/index.html'), beside('relevo.schema.json')];
  const text = starter(name);
  mustBeName(name, text);
  await mustBeAbsent([file, page], files);
  await files.makeDirectory(dirname(page.path), 0o755);
  await files.write(page.path, starterPage(), 0o644);
  await files.write(schema.path, `${JSON.stringify(jsonSchema(), null, 2)}\n`, 0o644);
  await files.write(file.path, text, 0o644);
  return [file.name, page.name, schema.name];
}

function mustBeName(name: string, text: string): void {
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  if (loaded.ok) return;
  const [complaint] = loaded.diagnostics;
  throw new RelevoError({
    code: 'usage',
    message: `${JSON.stringify(name)} is no name for a project: ${complaint?.message}`,
    ...(complaint?.hint !== undefined && { hint: complaint.hint }),
  });
}

async function mustBeAbsent(wanted: readonly NamedFile[], files: Files): Promise<void> {
  for (const { name, path } of wanted) {
    if (!(await files.exists(path))) continue;
    const hint = 'name a file in another directory with -f FILE';
    throw new RelevoError({ code: 'refused', message: `${name} exists already`, hint });
  }
}
