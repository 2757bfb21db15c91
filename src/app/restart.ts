import { summaryOf } from '../apply/summary.ts';
import { planOnce, runPlan, underLease } from '../apply/up.ts';
import { type Failure, RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import type { StepSummary } from '../domain/step.ts';
import { restartSteps } from '../plan/restart.ts';
import { plannerOf } from './planner.ts';
import { mustBeKnown, type Project, writeSession } from './project.ts';

/**
 * Restarts the instances of a service one after another, each drained first. `show` is told what will be done before it begins.
 * Resolves to why it stopped, where it did.
 */
export async function restart(
  project: Project,
  service: string,
  show: (steps: readonly StepSummary[]) => void,
): Promise<Failure | undefined> {
  const { spec, doors, emit } = project;
  const known = spec.services.map(({ name }) => name);
  mustBeKnown(service, known, `the file has no service ${service}`);
  await using session = writeSession(project);
  const planner = await plannerOf(project, session);
  const planned = await underLease(planner, await planOnce(planner));
  if (planned.steps.length > 0) throw notAsWritten(spec);
  const steps = restartSteps(planned.context.desired, service);
  if (steps.length === 0) throw nobodyElse(service);
  show(steps.map(summaryOf));
  const began = doors.system.elapsed();
  const { succeeded, failure } = await runPlan({ ...planned, steps }, emit);
  const outcome = { changed: succeeded, seconds: (doors.system.elapsed() - began) / 1000, ok: failure === undefined };
  emit({ type: 'finished', ...outcome, ...(failure && { failure }) });
  return failure;
}

function notAsWritten({ name }: Spec): RelevoError {
  const hint = 'run `relevo up` first; `relevo plan` tells what it would do';
  return new RelevoError({ code: 'refused', message: `${name} is not as its file says`, hint });
}

function nobodyElse(service: string): RelevoError {
  const message = `${service} has one running instance, and nobody would answer while it restarts`;
  return new RelevoError({ code: 'refused', message, hint: `add another one first: relevo scale ${service}=2` });
}
