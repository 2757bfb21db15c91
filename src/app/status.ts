import type { Status } from '../domain/status.ts';
import { statusOf } from '../observe/status.ts';
import { observeAll } from './planner.ts';
import type { Project } from './project.ts';

export async function status(project: Project): Promise<Status> {
  return statusOf(project.spec, await observeAll(project));
}
