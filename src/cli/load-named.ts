import { resolve } from 'node:path';
import { isFile, type OpenedPlan, openPlan } from '../app/load-plan.ts';
import type { Opening } from '../app/project.ts';
import type { Process } from '../ports/process.ts';
import type { CommonOptions } from './commandline.ts';
import type { Io } from './io.ts';

/** A plan as it was typed: with the project, unless it is a file, which needs none; then nothing of projects is imported either. */
export async function openNamed(io: Io, name: string, options: CommonOptions, process: Process): Promise<Opened> {
  const path = resolve(process.cwd, name);
  if (isFile(name)) return openPlan({ name, path }, process.files);
  const { openingOf, planProject } = await import('./load-project.ts');
  const opening = await openingOf(io, options, process);
  return { ...(await openPlan({ name, path, project: planProject(opening) }, process.files)), opening };
}

export interface Opened extends OpenedPlan {
  readonly opening?: Opening;
}
