import type { Command } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import type { Intent } from '../../domain/intent.ts';
import type { Spec } from '../../domain/spec.ts';
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
  const { spec } = call;
  mustStandElsewhere(spec, [machine]);
  return makeReal(call, call.options.yes === true, (before) => {
    const drained = [...new Set([...before.drained, machine])];
    mustStandElsewhere(spec, drained);
    return { ...before, drained };
  });
}

function restoreMachine(call: Call<object>, machine: string): Promise<number> {
  mustBeKnown(call, machine);
  const without = (before: Intent) => ({ ...before, drained: before.drained.filter((each) => each !== machine) });
  return makeReal(call, call.options.yes === true, without);
}

function mustBeKnown({ spec }: Call<object>, machine: string): void {
  const known = spec.machines.hosts;
  if (known.includes(machine)) return;
  const hint = `there are: ${known.join(', ')}`;
  throw new RelevoError({ code: 'not-found', message: `the file has no machine ${machine}`, hint });
}

/** What may stand on drained machines only would stay there. */
export function mustStandElsewhere({ services, balancer }: Spec, drained: readonly string[]): void {
  const all = [...services, { name: 'the balancer', place: balancer.place }];
  const stranded = all.filter(({ place }) => place.every((each) => drained.includes(each)));
  if (stranded.length === 0) return;
  const names = stranded.map(({ name }) => name).join(', ');
  const where = [...new Set(stranded.flatMap(({ place }) => place))].join(', ');
  const hint = drained.length === 1 ? 'add another machine to its `place` first' : '`relevo restore` another one first';
  const message = `${names} may stand on ${where} only, so nothing could take its place`;
  throw new RelevoError({ code: 'refused', message, hint });
}
