import { preflight } from '../apply/preflight.ts';
import { checkRawLines } from '../apply/raw-lines.ts';
import { summaryOf } from '../apply/summary.ts';
import { planOnce } from '../apply/up.ts';
import type { StepSummary } from '../domain/step.ts';
import { unknownFailure } from '../plan/unknown.ts';
import { plannerOf } from './planner.ts';
import type { Project } from './project.ts';

export interface PlanShown {
  readonly name: string;
  readonly steps: readonly StepSummary[];
  /** What can't be read, so that nothing is planned for it; null where everything is known. */
  readonly unknown: string | null;
}

/** What `up` would do. */
export async function plan(project: Project): Promise<PlanShown> {
  const { spec, at, doors } = project;
  const { steps, observed, context } = await planOnce(await plannerOf(project));
  await checkRawLines(spec, context.desired, doors.system);
  await preflight(doors.provider, spec, at, observed);
  return { name: spec.name, steps: steps.map(summaryOf), unknown: unknownFailure(observed)?.message ?? null };
}
