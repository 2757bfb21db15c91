import type { Command } from 'commander';
import { init as writeStarter } from '../../app/init.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { namedFile } from '../project.ts';
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

async function run({ process }: World, name: string, { file, json = false }: CommonOptions): Promise<void> {
  const io = terminal(process, { json });
  await guarded(process, io, async () => {
    const written = await writeStarter(name, namedFile(file, process), process.files);
    io.print(json ? JSON.stringify({ written }) : next(...written));
    return 0;
  });
}

function next(file: string, page: string, schema: string): string {
  const option = file === 'relevo.yaml' ? '' : ` -f ${file}`;
  return `wrote ${file}, ${page} and, for your editor, ${schema}\nnext: relevo up${option}`;
}
