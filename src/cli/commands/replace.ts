import type { Command } from 'commander';
import { replace as replaceMachine } from '../../app/replace.ts';
import type { LostMachine } from '../../ports/provider.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { consentOf } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { showOutcome } from './outcome.ts';

export function replace(world: World): Command {
  return commandLine({
    words: 'replace <machine>',
    summary: 'give up a host that is gone for good, and put another one in its place',
    examples: ['relevo replace gamma'],
    exits: [[0, 'the cluster no longer has it, and all else is as the file says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(world, run, {
        ...{ exclusive: true, prepares: true, assets: true, stream: true },
        whenInterrupted: 'run it again to go on',
      }),
    );
}

async function run(call: Call, machine: string): Promise<number> {
  const { io, project, options } = call;
  const consent = consentOf(io, options.yes === true);
  const { lost, outcome } = await replaceMachine(project, machine, {
    ...consent,
    giveUp: (lost) => io.confirm(question(lost), options.yes === true),
  });
  if (outcome !== undefined) return showOutcome(call, Promise.resolve(outcome));
  if (!io.json) io.print(awaited(lost));
  return 0;
}

function question({ name, state, fenced }: LostMachine): string {
  switch (state) {
    case 'silent':
      return fenced
        ? `Cut the power of ${name}, and give up all that is on it?`
        : `${name} does not answer. If it is only cut off, it still serves where it is, so be sure that it is off. Give up all that is on it?`;
    case 'new':
      return `What answers at the address of ${name} is not in the cluster. Replace the old ${name}, whether it is off or gone, with this host?`;
    case 'returned':
      return `${name} is back, and the cluster no longer knows it. Remove what it still has of the project, and let it rejoin?`;
  }
}

function awaited({ name }: LostMachine): string {
  return `${name} is no member any more. Once another host answers at its address, or the file has no ${name}: relevo up`;
}
