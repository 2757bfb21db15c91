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
    summary: 'start halted machines; as `up`, and asks only where this host lacks something',
    examples: ['relevo start', 'relevo start --yes'],
    exits: [[0, 'all is as the file says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask before what this host lacks is installed and started')
    .action(
      onProject(world, (call: Call) => showOutcome(call, up(call.project, consentOf(call.io, true))), {
        ...{ exclusive: true, prepares: true, assets: true, stream: true },
        whenInterrupted: 'run `relevo start` again to go on, or `relevo halt`',
      }),
    );
}
