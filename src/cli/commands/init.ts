import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import type { System } from '../../ports/system.ts';
import { loadSpec } from '../../spec/load.ts';
import { jsonSchema } from '../../spec/schema.ts';
import { starter, starterPage } from '../../spec/starter.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import type { World } from '../world.ts';

export function init(world: World): Command {
  return commandLine({
    words: 'init [name]',
    summary: 'write a commented starter file, its page, and the schema for your editor',
    examples: ['relevo init shop'],
    exits: [[0, 'written']],
    failures: ['refused'],
  }).action((name: string | undefined, options: CommonOptions) => run(world, name ?? 'mysite', options));
}

async function run({ system }: World, name: string, { file, json = false }: CommonOptions): Promise<void> {
  const io = terminal({ json });
  await guarded(io, async () => {
    const page = join(dirname(file), 'site/index.html');
    const schema = join(dirname(file), 'relevo.schema.json');
    const text = starter(name);
    mustBeName(name, text);
    await mustBeAbsent([file, page], system);
    await system.files.makeDirectory(resolve(dirname(page)), 0o755);
    await system.files.write(page, starterPage(), 0o644);
    await system.files.write(schema, `${JSON.stringify(jsonSchema(), null, 2)}\n`, 0o644);
    await system.files.write(file, text, 0o644);
    io.print(json ? JSON.stringify({ written: [file, page, schema] }) : next(file, page, schema));
    return 0;
  });
}

function next(file: string, page: string, schema: string): string {
  const option = file === 'relevo.yaml' ? '' : ` -f ${file}`;
  return `wrote ${file}, ${page} and, for your editor, ${schema}\nnext: relevo up${option}`;
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

async function mustBeAbsent(files: readonly string[], system: System): Promise<void> {
  for (const file of files) {
    if (!(await system.files.exists(file))) continue;
    const hint = 'name a file in another directory with -f FILE';
    throw new RelevoError({ code: 'refused', message: `${file} exists already`, hint });
  }
}
