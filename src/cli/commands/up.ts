import type { Command } from 'commander';
import { up as makeReal } from '../../app/up.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { consentOf } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { showOutcome } from './outcome.ts';

export function up(world: World): Command {
  return commandLine({
    words: 'up',
    summary: 'apply the file, and wait until every server is UP',
    examples: ['relevo up', 'relevo up --yes --json > events.jsonl'],
    exits: [[0, 'all is as the file says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(
        world,
        (call: Call) => showOutcome(call, makeReal(call.project, consentOf(call.io, call.options.yes === true))),
        {
          ...{ exclusive: true, prepares: true, assets: true, stream: true },
          whenInterrupted: 'run `relevo up` again to go on, or `relevo destroy`',
        },
      ),
    );
}
