import { RelevoError } from '../../domain/failure.ts';
import type { LoadOrder } from '../load-engine.ts';
import { compilePlan } from './compile.ts';
import type { Counts } from './counts.ts';
import { mostOfOpenModel } from './crew.ts';
import { FilesOf } from './files.ts';
import { PlanAtWork } from './plan-at-work.ts';
import type { Report } from './report.ts';
import type { Support } from './support.ts';
import { toolsOf } from './tools.ts';
import type { LoadClock, Run, Shared } from './user.ts';

/** What one worker's part of a run stands on. */
export interface Footing {
  readonly clock: LoadClock;
  readonly shared: Shared;
  readonly counts: Counts;
  readonly report: Report;
  /** Which of so many workers of this process it is. */
  readonly worker: { readonly index: number; readonly of: number };
  note(text: string): void;
  /** Some of the users stopped the test. */
  stopped(now: boolean): void;
  /** Other elements than the engine's, for tests. */
  readonly catalogue?: Readonly<Record<string, Support>>;
}

/** Groups of a plan at most: each has a place in memory that workers share. */
export const mostGroups = 4096;

/** Compiles the order's plan for one worker. Throws RelevoError where that can't be. */
export function assemble(order: Omit<LoadOrder, 'workers' | 'jtl'>, footing: Footing): PlanAtWork {
  const { plan, share, properties } = order;
  const { clock, shared, counts, report, worker } = footing;
  const told = new Set<string>();
  const run: Run = {
    ...{ clock, shared, share, random: Math.random },
    properties: new Map(properties),
    files: new FilesOf(plan.directory, order.anyFile),
    note: (text) => {
      if (!told.has(text)) footing.note(text);
      told.add(text);
    },
  };
  const tools = toolsOf(plan.name, run, order);
  const compiled = compilePlan(plan.root, footing.catalogue ? { ...tools, catalogue: footing.catalogue } : tools);
  const groups = compiled.setUp.length + compiled.main.length + compiled.tearDown.length;
  if (groups > mostGroups) throw tooMany(groups);
  // Users are dealt to processes first, and those of a process to its workers.
  const dealt = { index: share.index + share.of * worker.index, of: share.of * worker.of };
  const { variables, reader } = compiled;
  const station = {
    run,
    report,
    counts,
    share: dealt,
    most: Math.ceil(mostOfOpenModel / worker.of),
    variables,
    reader,
  };
  return new PlanAtWork(compiled, station, footing.stopped);
}

function tooMany(groups: number): RelevoError {
  return new RelevoError({
    code: 'invalid-file',
    message: `The plan has ${groups} groups of users, more than ${mostGroups}`,
  });
}
