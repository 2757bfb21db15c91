import { type Element, textOf } from '../jmx/element.ts';
import { mentions } from './texts.ts';

/** Why the users of a plan, as it runs, must be in one process, each beside all others; undefined where they need not. */
export function whyOneWorker(root: Element): string | undefined {
  if (mentions(root, ['__setProperty', 'props.put', 'props.setProperty']))
    return 'a property that one user sets is read by others';
  const found = find(root);
  return found && `${found.name} (${found.kind}) lets users wait for one another`;
}

function find(element: Element): Element | undefined {
  if (!element.enabled) return undefined;
  if (waits(element)) return element;
  for (const child of element.children) {
    const found = find(child);
    if (found) return found;
  }
  return undefined;
}

function waits(element: Element): boolean {
  if (element.kind === 'SyncTimer' || element.kind === 'CriticalSectionController') return true;
  // One sequence of numbers for all.
  return (
    element.kind === 'RandomVariableConfig' &&
    textOf(element, 'randomSeed') !== '' &&
    textOf(element, 'perThread') !== 'true'
  );
}
