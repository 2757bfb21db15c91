import type { Command } from 'commander';
import { summaryOf } from '../../apply/title.ts';
import { planOnce, runPlan, underLease } from '../../apply/up.ts';
import { exitCodes, RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import { restartSteps } from '../../plan/restart.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { renderPlan } from '../print/plan.ts';
import { type Call, directoryOf, onProject } from '../project.ts';
import { plannerOf, writeSession } from '../session.ts';
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

async function run(call: Call<object>, service: string): Promise<number> {
  const { io, spec, at, doors, options } = call;
  const known = spec.services.map(({ name }) => name);
  if (!known.includes(service)) {
    const hint = `there are: ${known.join(', ')}`;
    throw new RelevoError({ code: 'not-found', message: `the file has no service ${service}`, hint });
  }
  await using session = writeSession(doors, 'restart');
  const planner = await plannerOf({ spec, at }, directoryOf(options.file), doors, session);
  const planned = await underLease(planner, await planOnce(planner));
  if (planned.steps.length > 0) throw notAsWritten(spec);
  const steps = restartSteps(planned.context.desired, service);
  if (steps.length === 0) throw nobodyElse(service);
  if (!io.json) io.print(`${renderPlan(steps.map(summaryOf), io.style, io.width)}\n`);
  const { emit, progress } = io.progress();
  const began = doors.system.elapsed();
  try {
    const { succeeded, failure } = await runPlan({ ...planned, steps }, emit);
    const seconds = (doors.system.elapsed() - began) / 1000;
    const outcome = { changed: succeeded, seconds, ok: failure === undefined };
    emit({ type: 'finished', ...outcome, ...(failure && { failure }) });
    return failure === undefined ? 0 : exitCodes[failure.code];
  } finally {
    progress.close();
  }
}

function notAsWritten({ name }: Spec): RelevoError {
  const hint = 'run `relevo up` first; `relevo plan` tells what it would do';
  return new RelevoError({ code: 'refused', message: `${name} is not as its file says`, hint });
}

function nobodyElse(service: string): RelevoError {
  const message = `${service} has one running instance, and nobody would answer while it restarts`;
  return new RelevoError({ code: 'refused', message, hint: `add another one first: relevo scale ${service}=2` });
}
