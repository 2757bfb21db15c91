import type { PlanFinding } from '../../domain/load.ts';
import type { TestPlan } from '../load-engine.ts';
import { supportOf } from './catalogue.ts';
import { type Honoured, honouredIn } from './describe.ts';
import { elementOf, including } from './expand.ts';
import { FilesOf } from './files.ts';
import { inspectPlan } from './inspect.ts';
import { inspectFiles } from './inspect-files.ts';
import { inspectProperties } from './properties.ts';
import { resolvePlan } from './resolve.ts';
import { inspection } from './tools.ts';

/** What the embedded engine makes of a plan, of those that it includes, of the files that it names, and of JMeter's properties, before anything of it runs. */
export function checkPlan(
  { root, directory }: TestPlan,
  properties: ReadonlyMap<string, string>,
  anyFile: boolean,
): { honoured: readonly Honoured[]; findings: readonly PlanFinding[] } {
  const files = new FilesOf(directory, anyFile);
  const include = including(files);
  const whole = resolvePlan(root, include);
  const findings = [
    ...inspectPlan(root, inspection, include),
    ...inspectProperties(elementOf(whole), properties),
    ...inspectFiles(whole, inspection, files),
  ];
  return { honoured: honouredIn(root, supportOf, findings), findings };
}
