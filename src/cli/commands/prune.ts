import type { Command } from 'commander';
import { type Prunable, prune as pruneImages } from '../../app/prune.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function prune(world: World): Command {
  return commandLine({
    words: 'prune',
    summary: 'remove images that no project needs, of the cache and of the LXD that builds them',
    examples: ['relevo prune', 'relevo prune --yes'],
    exits: [[0, 'none of them is left']],
    failures: [...projectFailures, 'busy', 'refused', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .action(onProject(world, run, { exclusive: true, whenInterrupted: 'run `relevo prune` again to go on' }));
}

async function run({ io, project, options }: Call): Promise<number> {
  const pruned = await pruneImages(project, {
    async ask(prunable) {
      if (!io.json) for (const line of linesOf(prunable)) io.print(`  ${io.style.red('-')} ${line}`);
      await io.confirm(`Remove them (${mebibytes(bytesOf(prunable))})?`, options.yes === true);
    },
  });
  const bytes = bytesOf(pruned);
  if (io.json) io.print(JSON.stringify({ ...pruned, bytes }));
  else io.print(bytes === 0 ? 'nothing to remove: every image is needed' : `${mebibytes(bytes)} are free again`);
  return 0;
}

function linesOf({ files, images }: Prunable): string[] {
  const named = images.map(({ fingerprint, aliases, size }) => [aliases[0] ?? fingerprint.slice(0, 12), size] as const);
  return [
    ...files.map(({ name, bytes }) => `file ${name}  ${mebibytes(bytes)}`),
    ...named.map(([name, bytes]) => `image ${name}  ${mebibytes(bytes)}`),
  ];
}

function bytesOf({ files, images }: Prunable): number {
  return [...files.map(({ bytes }) => bytes), ...images.map(({ size }) => size)].reduce((sum, each) => sum + each, 0);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}
