import type { Command } from 'commander';
import { drain as drainMachine, restore as restoreMachine } from '../../app/drain.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { consentOf } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { showOutcome } from './outcome.ts';

const manners = { exclusive: true, assets: true, stream: true } as const;
const failures = [...projectFailures, 'busy', 'unhealthy', 'refused', 'conflict', 'interrupted'] as const;

export function drain(world: World): Command {
  return commandLine({
    words: 'drain <machine>',
    summary: 'move everything off a machine, so that you can work on it',
    examples: ['relevo drain virtualMachine2'],
    exits: [[0, 'the machine carries nothing, and nothing comes to it until `restore`']],
    failures,
  })
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(
        world,
        (call: Call, machine: string) => showOutcome(call, drainMachine(call.project, machine, consent(call))),
        { ...manners, whenInterrupted: 'run it again to go on, or `relevo restore`' },
      ),
    );
}

export function restore(world: World): Command {
  return commandLine({
    words: 'restore <machine>',
    summary: 'let a drained machine carry its part again',
    examples: ['relevo restore virtualMachine2'],
    exits: [[0, 'all is as the file says']],
    failures,
  })
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(
        world,
        (call: Call, machine: string) => showOutcome(call, restoreMachine(call.project, machine, consent(call))),
        { ...manners, whenInterrupted: 'run it again to go on' },
      ),
    );
}

const consent = ({ io, options }: Call) => consentOf(io, options.yes === true);
