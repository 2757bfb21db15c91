import type { Command } from 'commander';
import { status as readStatus } from '../../app/status.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { noteBlock } from '../print/progress-lines.ts';
import { renderStatus } from '../print/status.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function status(world: World): Command {
  return commandLine({
    words: 'status',
    summary: 'show machines, members, instances and balancers',
    examples: ['relevo status', 'relevo status --json | jq -r .url'],
    exits: [[0, 'shown, whatever the state']],
    failures: projectFailures,
  }).action(onProject(world, run));
}

async function run({ io, project }: Call): Promise<number> {
  const found = await readStatus(project);
  const shown = () => [renderStatus(found, io.style, io.width), ...noteBlock(found.notes, io.style)].join('\n\n');
  io.print(io.json ? JSON.stringify(found) : shown());
  return 0;
}
