import { needsTarget } from '../jmx/aim.ts';
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

/**
 * A plan for JMeter itself, in which modules and includes that have requests without a host are controllers that hold these: what
 * they are in scope of can then be seen, and they can be aimed. What is disabled stays so; a module or include that leads nowhere
 * stays as it is, for JMeter to say.
 */
export function inlinedPlan({ root, directory }: TestPlan): Element {
  return inlined(resolvePlan(root, including(new FilesOf(directory, true))));
}

function inlined({ element, children, lost }: PlanNode): Element {
  const points = element.kind === 'ModuleController' || element.kind === 'IncludeController';
  if (points && (lost !== undefined || children.length === 0)) return element;
  if (points) {
    const simple = { kind: 'GenericController', form: 'LogicControllerGui', properties: new Map() };
    const made = { ...element, ...simple, children: children.map(inlined) };
    return needsTarget(made) ? made : element;
  }
  const nodes = new Map(children.map((node) => [node.element, node]));
  const below = element.children.map((child) => {
    const node = nodes.get(child);
    return node === undefined ? child : inlined(node);
  });
  return { ...element, enabled: true, children: below };
}
