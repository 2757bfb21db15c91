import { summaryOf } from '../../apply/title.ts';
import { converge, planOnce } from '../../apply/up.ts';
import { exitCodes } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import { statusOf } from '../../observe/status.ts';
import type { Io } from '../io.ts';
import { renderPlan } from '../print/plan.ts';
import { renderStatus } from '../print/status.ts';
import type { Doors } from '../session.ts';
import { plannerOf } from '../session.ts';

export interface UpOptions {
  readonly spec: Spec;
  readonly file: string;
  readonly directory: string;
  readonly yes: boolean;
}

/** Prints what would change; 0: nothing, 2: changes. */
export async function planCommand(
  io: Io,
  doors: Doors,
  { spec, file, directory }: Omit<UpOptions, 'yes'>,
): Promise<number> {
  const { steps } = await planOnce(await plannerOf(spec, file, directory, doors));
  const summaries = steps.map(summaryOf);
  io.print(io.json ? JSON.stringify({ name: spec.name, steps: summaries }) : renderPlan(summaries, io.style));
  return steps.length === 0 ? 0 : 2;
}

/** Makes the file real; ends only when HAProxy sees every server UP. */
export async function upCommand(io: Io, doors: Doors, { spec, file, directory, yes }: UpOptions): Promise<number> {
  const planner = await plannerOf(spec, file, directory, doors);
  const first = await planOnce(planner);
  const began = doors.system.elapsed();
  if (!io.json) io.print(renderPlan(first.steps.map(summaryOf), io.style));
  if (first.steps.length > 0) await io.confirm('Go on?', yes);
  const { emit, progress } = io.progress();
  try {
    const { changed, failure } = await converge(planner, first, emit);
    const seconds = (doors.system.elapsed() - began) / 1000;
    const status = statusOf(spec, await planner.observe());
    const ok = failure === undefined;
    emit({
      type: 'finished',
      ok,
      changed,
      seconds,
      ...(ok && status.url && { url: status.url }),
      ...(failure && { failure }),
    });
    progress.close();
    if (!io.json && ok && changed > 0) io.print(`\n${renderStatus(status, io.style)}`);
    return failure === undefined ? 0 : exitCodes[failure.code];
  } finally {
    progress.close();
  }
}
