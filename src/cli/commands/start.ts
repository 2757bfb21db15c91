import type { Command } from 'commander';
import { up } from '../../app/up.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { consentOf } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { showOutcome } from './outcome.ts';

export function start(world: World): Command {
  return commandLine({
    words: 'start',
    summary: 'start halted machines; as `up`, without asking',
    examples: ['relevo start'],
    exits: [[0, 'all is as the file says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  }).action(
    onProject(world, (call: Call) => showOutcome(call, up(call.project, consentOf(call.io, true))), {
      ...{ exclusive: true, prepares: true, assets: true, stream: true },
      whenInterrupted: 'run `relevo start` again to go on, or `relevo halt`',
    }),
  );
}
