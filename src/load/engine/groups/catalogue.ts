import type { Element } from '../../jmx/element.ts';
import { arrivalsThreadGroup, freeFormArrivalsThreadGroup } from './arrivals.ts';
import { concurrencyThreadGroup } from './concurrency.ts';
import type { GroupKind } from './group.ts';
import { openModelThreadGroup } from './open-model.ts';
import { steppingThreadGroup } from './stepping.ts';
import { threadGroup } from './thread-group.ts';
import { ultimateThreadGroup } from './ultimate.ts';

export const groups: Readonly<Record<string, GroupKind>> = {
  ThreadGroup: threadGroup('Thread Group', 'main'),
  SetupThreadGroup: threadGroup('setUp Thread Group', 'setUp'),
  PostThreadGroup: threadGroup('tearDown Thread Group', 'tearDown'),
  OpenModelThreadGroup: openModelThreadGroup,
  'kg.apc.jmeter.threads.UltimateThreadGroup': ultimateThreadGroup,
  'kg.apc.jmeter.threads.SteppingThreadGroup': steppingThreadGroup,
  'com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup': concurrencyThreadGroup,
  'com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup': arrivalsThreadGroup,
  'com.blazemeter.jmeter.threads.arrivals.FreeFormArrivalsThreadGroup': freeFormArrivalsThreadGroup,
};

const open: ReadonlySet<GroupKind | undefined> = new Set([
  openModelThreadGroup,
  arrivalsThreadGroup,
  freeFormArrivalsThreadGroup,
]);

/** Some group of the plan, as it runs, has a moment for each of its requests. */
export function isOpen(plan: Element): boolean {
  return plan.children.some(({ kind, enabled }) => enabled && Object.hasOwn(groups, kind) && open.has(groups[kind]));
}
