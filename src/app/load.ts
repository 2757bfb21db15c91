import { RelevoError } from '../domain/failure.ts';
import type { LoadResult, PlanFinding } from '../domain/load.ts';
import type { Threshold } from '../domain/spec.ts';
import type { Honoured } from '../load/engine/describe.ts';
import type { LoadEngine, LoadOrder, TestPlan } from '../load/load-engine.ts';
import { bottleneckOf, judge } from '../load/stats/expect.ts';
import { Totals } from '../load/stats/totals.ts';
import { LiveWindow, type Recent } from '../load/stats/window.ts';
import type { System } from '../ports/system.ts';

/** What runs plans, and what tells beforehand how the embedded engine does. */
export interface LoadTools {
  engine(name: LoadEngine['name']): Promise<LoadEngine>;
  /** `anyFile`: plans that it includes may lie elsewhere than below its directory. */
  check(plan: TestPlan, properties: ReadonlyMap<string, string>, anyFile: boolean): Promise<Checked>;
}

/** What the embedded engine makes of a plan. */
export interface Checked {
  readonly honoured: readonly Honoured[];
  readonly findings: readonly PlanFinding[];
}

/** A plan, ready to be run. */
export interface LoadRun {
  readonly engine: LoadEngine;
  readonly order: LoadOrder;
  readonly expect: readonly Threshold[];
  /** What of the plan is left out or has no effect. */
  readonly findings: readonly PlanFinding[];
  /** On how many machines load is made. */
  readonly machines: number;
}

/** How it goes, for whoever looks on. */
export interface LoadProgress {
  /** Seconds since its beginning. */
  readonly elapsed: number;
  readonly users: number;
  readonly samples: number;
  /** Failed and unknown. */
  readonly errors: number;
  readonly late: number;
  readonly dropped: number;
  /** The last few seconds. */
  readonly recent: Recent;
}

export interface Onlooker {
  progress(progress: LoadProgress): void;
  note(text: string): void;
}

/**
 * Runs the plan to its end, or until the signal is aborted, which makes an end in order with what there is until then: that
 * proves nothing good any more, so that it is void unless it failed.
 */
export async function load(
  { engine, order, expect, findings, machines }: LoadRun,
  clock: Pick<System, 'now' | 'elapsed'>,
  onlooker: Onlooker,
  signal: AbortSignal,
): Promise<LoadResult> {
  const [startedAt, began] = [clock.now().getTime(), clock.elapsed()];
  const totals = new Totals();
  const window = new LiveWindow();
  await engine.run(
    order,
    (news) => {
      if (news.is === 'note') return onlooker.note(news.text);
      totals.add(news.delta);
      const now = clock.elapsed();
      window.add(news.delta, now);
      const { samples, errors, late, dropped } = totals;
      const counts = { users: news.delta.users, samples, errors, late, dropped };
      onlooker.progress({ elapsed: (now - began) / 1000, ...counts, recent: window.recent(now) });
    },
    signal,
  );
  const result = {
    engine: engine.name,
    plan: order.plan.name,
    ...(order.target !== undefined && { target: order.target.href }),
    ...summed(totals, startedAt, { workers: order.workers, machines }, findings, expect),
  };
  return signal.aborted ? interrupted(result) : result;
}

/** Throws where parts of the plan can't be honoured, and nobody agreed to leave them out. */
export function requireSupported(plan: string, findings: readonly PlanFinding[]): void {
  const unsupported = findings.filter(({ kind }) => kind === 'unsupported');
  if (unsupported.length === 0) return;
  const lines = unsupported.map(({ path, line, what, consequence }) => {
    const where = line === 0 ? path : `${path} (line ${line})`;
    return `${where}: ${what}: ${consequence}`;
  });
  throw new RelevoError({
    code: 'unsupported',
    message: `${plan} has ${unsupported.length === 1 ? 'a part' : `${unsupported.length} parts`} that can't be honoured`,
    hint: 'run it with the real JMeter by `--engine jmeter`, or without these parts by `--skip-unsupported`',
    evidence: { title: 'in the plan', lines },
  });
}

/** What totals say, judged. */
export function summed(
  totals: Totals,
  startedAt: number,
  makers: { readonly workers: number; readonly machines: number },
  findings: readonly PlanFinding[],
  expect: readonly Threshold[],
): Omit<LoadResult, 'engine' | 'plan'> {
  const measured = totals.measured(startedAt);
  const { busiest, late, dropped } = totals;
  const bottleneck = bottleneckOf(totals, measured.total.samples);
  const generator = { ...makers, busiest, late, dropped, ...(bottleneck !== undefined && { bottleneck }) };
  return { ...measured, generator, findings, ...judge({ ...measured, generator, findings }, expect) };
}

function interrupted(result: LoadResult): LoadResult {
  const { verdict } = result;
  const why = ['it was interrupted', ...(verdict.is === 'pass' ? [] : verdict.why)];
  return { ...result, verdict: { is: verdict.is === 'fail' ? 'fail' : 'void', why } };
}
