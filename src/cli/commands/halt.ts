import type { Command } from 'commander';
import { halt as haltProject } from '../../app/halt.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function halt(world: World): Command {
  return commandLine({
    words: 'halt',
    summary: 'shut all machines down; `start` brings them back',
    examples: ['relevo halt'],
    exits: [[0, 'no machine runs']],
    failures: [...projectFailures, 'busy', 'interrupted'],
  }).action(onProject(world, run, { exclusive: true, whenInterrupted: 'run `relevo halt` again to go on' }));
}

async function run({ io, project }: Call): Promise<number> {
  const { name } = project.spec;
  const halted = await haltProject(project);
  const text = halted.length > 0 ? `halted: ${halted.join(', ')}` : `${name}: nothing was running`;
  io.print(io.json ? JSON.stringify({ name, halted }) : text);
  return 0;
}
