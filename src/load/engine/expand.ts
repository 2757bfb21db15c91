import type { Element } from '../jmx/element.ts';
import { readPlan } from '../jmx/read.ts';
import type { TestPlan } from '../load-engine.ts';
import { FilesOf } from './files.ts';
import { type Include, type PlanNode, resolvePlan } from './resolve.ts';
import type { PlanFiles } from './user.ts';

/** Reads included plans. */
export function including(files: PlanFiles): Include {
  return (path) => readPlan(files.read(path), path);
}

/**
 * A plan as it runs: without what is disabled, and with what modules and includes point to. Whoever asks what takes part must
 * look here: a module's target is often disabled where it stands, and what is included stands in another file.
 */
export function expandedPlan({ root, directory }: TestPlan, anyFile: boolean): Element {
  return elementOf(resolvePlan(root, including(new FilesOf(directory, anyFile))));
}

export function elementOf({ element, children }: PlanNode): Element {
  return { ...element, enabled: true, children: children.map(elementOf) };
}
