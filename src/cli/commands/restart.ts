import type { Command } from 'commander';
import { restart as restartService } from '../../app/restart.ts';
import { exitCodes } from '../../domain/failure.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { renderPlan } from '../print/plan.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function restart(world: World): Command {
  return commandLine({
    words: 'restart <service>',
    summary: 'restart the instances of a service one after another, each drained first',
    examples: ['relevo restart web'],
    exits: [[0, 'all of them restarted, and UP']],
    failures: [...projectFailures, 'busy', 'unhealthy', 'refused', 'interrupted'],
  }).action(
    onProject(world, run, {
      ...{ exclusive: true, assets: true, stream: true },
      whenInterrupted: 'run `relevo up` to bring back the one that is out of the rotation',
    }),
  );
}

async function run({ io, project }: Call, service: string): Promise<number> {
  const failure = await restartService(project, service, (steps) => {
    if (!io.json) io.print(`${renderPlan(steps, io.style, io.width)}\n`);
  });
  return failure === undefined ? 0 : exitCodes[failure.code];
}
