import type { Command } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import { drainedMark } from '../../observe/marks.ts';
import { marksImage } from '../../render/marks-image.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { makeReal } from './make-real.ts';

const manners = { exclusive: true, assets: true, stream: true } as const;
const failures = [...projectFailures, 'busy', 'unhealthy', 'refused', 'interrupted'] as const;

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
      onProject(world, drainMachine, { ...manners, whenInterrupted: 'run it again to go on, or `relevo restore`' }),
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
    .action(onProject(world, restoreMachine, { ...manners, whenInterrupted: 'run it again to go on' }));
}

function drainMachine(call: Call<object>, machine: string): Promise<number> {
  mustBeKnown(call, machine);
  const { services, balancer } = call.spec;
  const stranded = [...services, { name: 'the balancer', place: balancer.place }].filter(
    ({ place }) => place.length === 1 && place[0] === machine,
  );
  if (stranded.length > 0) throw nowhereElse(stranded.map(({ name }) => name).join(', '), machine);
  return makeReal(call, call.options.yes === true, {
    drained: (before) => [...new Set([...before, machine])],
    commit: async ({ images }) =>
      void (await images.createAlias({ name: drainedMark(machine), target: marksImage.fingerprint, description: '' })),
  });
}

function restoreMachine(call: Call<object>, machine: string): Promise<number> {
  mustBeKnown(call, machine);
  return makeReal(call, call.options.yes === true, {
    drained: (before) => before.filter((each) => each !== machine),
    commit: ({ images }) => images.deleteAlias(drainedMark(machine)),
  });
}

function mustBeKnown({ spec }: Call<object>, machine: string): void {
  const known = spec.machines.hosts;
  if (known.includes(machine)) return;
  const hint = `there are: ${known.join(', ')}`;
  throw new RelevoError({ code: 'not-found', message: `the file has no machine ${machine}`, hint });
}

function nowhereElse(names: string, machine: string): RelevoError {
  const message = `${names} may stand on ${machine} only, so nothing could take its place`;
  return new RelevoError({ code: 'refused', message, hint: 'add another machine to its `place` first' });
}
