import { Command } from 'commander';
import { readSpec } from '../../app/file.ts';
import { checkNamed, directoryOf, kindOf } from '../../app/project.ts';
import { exportVagrant } from '../../app/vagrant-export.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { namedFile } from '../project.ts';
import type { World } from '../world.ts';

export function vagrant(world: World): Command {
  return new Command('vagrant')
    .description('take the project to a computer that has Vagrant alone')
    .helpCommand(false)
    .addCommand(exportCommand(world));
}

function exportCommand(world: World): Command {
  return commandLine({
    words: 'export <directory>',
    summary: 'write a directory with which plain `vagrant up` makes the site',
    examples: ['relevo vagrant export ../miniproyecto-vagrant'],
    exits: [[0, 'written']],
    failures: ['invalid-file', 'not-found', 'refused', 'conflict'],
  }).action((directory: string, options: CommonOptions) => run(world, directory, options));
}

async function run(world: World, directory: string, options: CommonOptions): Promise<void> {
  const { process } = world;
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const file = namedFile(options.file, process);
    const read = await readSpec(file, process.files);
    await kindOf(world, read);
    const opening = { ...read, file, holder: 'relevo vagrant export', emit: io.emit };
    await checkNamed(opening, process);
    const { path: to, name: named } = namedFile(directory, process);
    const wish = { spec: read.spec, text: read.text, from: directoryOf(opening), to, named };
    const secrets = await exportVagrant(wish, process.files, world.exported);
    if (io.json) io.print(JSON.stringify({ directory: to, secrets }));
    else io.print(`written: ${directory}\n\n  cd ${directory}\n  vagrant up`);
    if (!io.json && secrets.length > 0) io.note(`Secrets are in it: ${secrets.join(', ')}`);
    return 0;
  });
}
