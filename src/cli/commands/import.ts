import type { Command } from 'commander';
import { type ImportedFile, importFile, writeImported } from '../../app/import.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, type Io, terminal } from '../io.ts';
import { renderNotes } from '../print/notes.ts';
import { namedFile } from '../project.ts';
import type { World } from '../world.ts';

interface Options extends CommonOptions {
  readonly output?: string;
}

export function importCommand(world: World): Command {
  return commandLine({
    words: 'import <compose>',
    summary: 'write a relevo.yaml from a Compose file, and say what has no counterpart here',
    examples: ['relevo import compose.yaml', 'relevo import compose.yaml -o relevo.yaml'],
    exits: [[0, 'written, whether or not something is left to fill in']],
    failures: ['invalid-file', 'refused', 'not-found'],
  })
    .option('-o, --output <file>', 'write it into a file instead of to standard output')
    .option('-y, --yes', 'do not ask')
    .action((compose: string, options: Options) => run(world, compose, options));
}

async function run({ process }: World, compose: string, { output, json = false, yes = false }: Options): Promise<void> {
  const io = terminal(process, { json });
  await guarded(process, io, async () => {
    const target = output === undefined ? undefined : namedFile(output, process);
    const imported = await importFile(namedFile(compose, process), target, process);
    if (target !== undefined)
      await writeImported(target, imported.text, process.files, (question) => io.confirm(question, yes));
    if (json) io.print(JSON.stringify({ ...imported, ...(output !== undefined && { written: output }) }));
    else tell(io, imported, output);
    return 0;
  });
}

/** Standard output has the file alone, so that it can be redirected. */
function tell(io: Io, { text, notes }: ImportedFile, output: string | undefined): void {
  if (output === undefined) io.print(text.trimEnd());
  if (notes.length > 0) io.note(`${output === undefined ? '\n' : ''}${renderNotes(notes, io.style)}\n`);
  if (output === undefined) return;
  const next = `relevo plan${output === 'relevo.yaml' ? '' : ` -f ${output}`}`;
  const open = notes.some(({ kind }) => kind === 'open'); // of what can't be accepted one of them tells
  io.note(`wrote ${output}\nnext: ${open ? 'fill in what is left, then ' : ''}${next}`);
}
