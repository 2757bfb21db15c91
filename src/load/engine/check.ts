import type { PlanFinding } from '../../domain/load.ts';
import type { TestPlan } from '../load-engine.ts';
import { supportOf } from './catalogue.ts';
import { type Honoured, honouredIn } from './describe.ts';
import { FilesOf } from './files.ts';
import { inspectPlan } from './inspect.ts';
import { including, inspection } from './tools.ts';

/** What the embedded engine makes of a plan, and of those that it includes, before anything of it runs. */
export function checkPlan(
  { root, directory }: TestPlan,
  anyFile: boolean,
): { honoured: readonly Honoured[]; findings: readonly PlanFinding[] } {
  const include = including(new FilesOf(directory, anyFile));
  const findings = inspectPlan(root, inspection, include);
  return { honoured: honouredIn(root, supportOf, findings), findings };
}
