import { summaryOf } from '../apply/summary.ts';
import type { Note } from '../domain/event.ts';
import type { StepSummary } from '../domain/step.ts';
import { unknownFailure } from '../plan/unknown.ts';
import { certificateNotes } from './certificates.ts';
import { plannerOf } from './planner.ts';
import { directoryOf, type Project } from './project.ts';
import { decided } from './up.ts';

export interface PlanShown {
  readonly name: string;
  readonly steps: readonly StepSummary[];
  /** What can't be read, so that nothing is planned for it; null where everything is known. */
  readonly unknown: string | null;
  readonly notes: readonly Note[];
}

/** What `up` would do. */
export async function plan(project: Project): Promise<PlanShown> {
  const { spec, doors } = project;
  const { steps, observed } = (await decided(project, await plannerOf(project))).planned;
  const notes = await certificateNotes(spec.balancer, directoryOf(project), doors.system);
  return { name: spec.name, steps: steps.map(summaryOf), unknown: unknownFailure(observed)?.message ?? null, notes };
}
