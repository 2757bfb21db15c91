import type { Emit } from '../domain/event.ts';
import { type Failure, RelevoError } from '../domain/failure.ts';
import type { Observed } from '../domain/observed.ts';
import type { Assets, Spec } from '../domain/spec.ts';
import type { Step } from '../domain/step.ts';
import { planOf } from '../plan/plan.ts';
import { unknownFailure } from '../plan/unknown.ts';
import { act } from './act.ts';
import type { Context } from './context.ts';
import { type RunResult, runSteps } from './run.ts';
import { summaryOf } from './summary.ts';
import { tidy } from './tidy.ts';

export interface Planned {
  readonly steps: readonly Step[];
  readonly observed: Observed;
  readonly context: Context;
}

export interface Planner {
  readonly spec: Spec;
  readonly assets: Assets;
  observe(): Promise<Observed>;
  context(desired: Context['desired'], observed: Observed): Context;
}

export async function planOnce({ spec, assets, observe, context }: Planner): Promise<Planned> {
  const observed = await observe();
  const { desired, steps } = planOf(spec, assets, observed);
  const unknown = unknownFailure(observed);
  if (steps.length === 0 && unknown !== undefined) throw new RelevoError(unknown);
  return { steps, observed, context: context(desired, observed) };
}

export interface Outcome {
  /** Steps that were done. */
  readonly changed: number;
  readonly failure?: Failure;
  /** The world afterwards. */
  readonly observed: Observed;
}

/**
 * As many rounds as a plan can need, and one more: machines that were off, what could be seen only once they ran, cold
 * backups that may rest then.
 */
const mostRounds = 4;

/**
 * Applies the plan, looks again, and goes on until nothing is left to do: the world, not the list of steps, says when it is done.
 */
export async function converge(planner: Planner, first: Planned, emit: Emit): Promise<Outcome> {
  let planned = first;
  let changed = 0;
  for (let round = 0; ; round += 1) {
    planned = await underLease(planner, planned);
    const { steps, observed } = planned;
    if (steps.length === 0) return { changed, observed };
    if (round === mostRounds) return { changed, failure: unsettled(steps), observed };
    const { succeeded, failure } = await runPlan(planned, emit);
    changed += succeeded;
    if (failure !== undefined) return { changed, failure, observed: await planner.observe() };
    planned = await planOnce(planner);
  }
}

/** The same plan where this command could write already, or has nothing to write; else planned again under the lease. */
export async function underLease(planner: Planner, planned: Planned): Promise<Planned> {
  const { context } = planned;
  if (!context.configured || !(await context.lead())) return planned;
  await context.close();
  return planOnce(planner);
}

/** One round: the steps of the plan, after what an earlier run left has been put away. */
export async function runPlan({ context, steps }: Pick<Planned, 'context' | 'steps'>, emit: Emit): Promise<RunResult> {
  try {
    await tidy(context);
    emit({ type: 'plan', steps: steps.map(summaryOf) });
    const doStep = (step: Step, onLine: (line: string) => void) => underway(context, step, onLine);
    return await runSteps(steps, doStep, emit, () => context.clock.elapsed());
  } finally {
    await context.close();
  }
}

/** So often a step is done again; where renewals are that slow, it would not come to its end. */
const mostRepeats = 5;

/** A step that was held up for longer than the lease allows is done again: every step may be repeated. */
async function underway(context: Context, step: Step, onLine: (line: string) => void): Promise<void> {
  for (let repeats = 0; ; repeats += 1) {
    await context.mayGoOn();
    try {
      return await act(context, step, onLine);
    } catch (error) {
      if (!(error instanceof RelevoError) || error.failure.code !== 'interrupted') throw error;
      if (repeats === mostRepeats) throw tooSlow(error);
    }
  }
}

function tooSlow(cause: RelevoError): RelevoError {
  return new RelevoError(
    {
      code: 'unreachable',
      message: 'the cluster answers so slowly that the right to change it ends again and again before a step does',
      hint: 'run it again when the machines have less to do: it goes on where it was',
    },
    { cause },
  );
}

function unsettled(steps: readonly Step[]): Failure {
  const left = steps.map((step) => `${step.id}: ${step.reason}`);
  return {
    code: 'failed',
    message: 'it does not converge: steps are left after each was done',
    evidence: { title: 'left to do', lines: left },
  };
}
