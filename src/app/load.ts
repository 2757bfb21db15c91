import { type Failure, type FailureCode, failureOf, RelevoError } from '../domain/failure.ts';
import type { GeneratorFigures, LoadResult, LoadVerdict, PlanFinding } from '../domain/load.ts';
import type { Threshold } from '../domain/spec.ts';
import type { Honoured } from '../load/engine/describe.ts';
import type { LoadEngine, LoadNews, LoadOrder, TestPlan } from '../load/load-engine.ts';
import type { RunRecord } from '../load/results/run-record.ts';
import { blameOf, judge } from '../load/stats/expect.ts';
import { Totals } from '../load/stats/totals.ts';
import { LiveWindow, type Recent } from '../load/stats/window.ts';
import type { System } from '../ports/system.ts';
import { RecordKeeper, type RunState, writeRunRecord } from './run-record.ts';

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
 * proves nothing good any more, so that it is void unless it failed. So does what ends it before its time: the result has it as its
 * failure. Rejects where that came before the first sample.
 */
export async function load(
  run: LoadRun,
  system: Pick<System, 'now' | 'elapsed' | 'files'>,
  onlooker: Onlooker,
  signal: AbortSignal,
): Promise<LoadResult> {
  const { engine, order, expect, findings, machines } = run;
  const startedAt = system.now().getTime();
  const totals = new Totals();
  const about = {
    ...({ version: 1, engine: engine.name, plan: order.plan.name, findings } as const),
    expect: expect.map(({ text }) => text),
  };
  const write = (state: RunState) => writeRunRecord(system.files, order, { ...about, ...state });
  const record = new RecordKeeper(write, (text) => onlooker.note(text));
  const broken = await runEngine(run, totals, { clock: system, record, onlooker }, signal).catch(async (error) => {
    const failure = failureOf(error);
    if (totals.samples > 0) return failure;
    await record.end({ end: 'failed', why: failure.message, rows: 0 }).catch(({ message }) => onlooker.note(message));
    throw error;
  });
  const generator = generatorOf(totals, engine.name, { workers: order.workers, machines });
  const result = {
    ...{ engine: engine.name, plan: order.plan.name },
    ...(order.target !== undefined && { target: order.target.href }),
    ...summed(totals, startedAt, { generator, findings }, expect),
    ...(engine.name === 'jmeter' && totals.hidesRequests && { untold: [hiddenRequests] }),
  };
  const rows = result.labels.reduce((sum, { samples }) => sum + samples, 0);
  const span = totals.span && ([Math.round(totals.span[0]), Math.round(totals.span[1])] as const);
  const unwritten = await record.end({ ...endOf(broken, signal), rows, span, generator }).catch(failureOf);
  return unfinished(result, signal.aborted, broken ?? (unwritten || undefined));
}

function endOf(broken: Failure | undefined, signal: AbortSignal): Pick<RunRecord, 'end' | 'why'> {
  if (broken !== undefined) return { end: 'failed', why: broken.message };
  return { end: signal.aborted ? 'interrupted' : 'done' };
}

async function runEngine(
  { engine, order }: LoadRun,
  totals: Totals,
  { clock, record, onlooker }: { clock: Pick<System, 'elapsed'>; record: RecordKeeper; onlooker: Onlooker },
  signal: AbortSignal,
): Promise<undefined> {
  const began = clock.elapsed();
  const window = new LiveWindow();
  const tell = (news: LoadNews) => {
    if (news.is === 'note') return onlooker.note(news.text);
    if (news.is === 'log') return record.begin();
    totals.add(news.delta);
    const now = clock.elapsed();
    window.add(news.delta, now);
    const { samples, errors, late, dropped } = totals;
    const counts = { users: news.delta.users, samples, errors, late, dropped };
    onlooker.progress({ elapsed: (now - began) / 1000, ...counts, recent: window.recent(now) });
  };
  await engine.run(order, tell, signal);
}

/** Throws where files that the plan names can't be read, or parts can't be honoured and nobody agreed to leave them out. */
export function requireRunnable(plan: string, findings: readonly PlanFinding[], skipUnsupported: boolean): void {
  const of = (...kinds: PlanFinding['kind'][]) => findings.filter(({ kind }) => kinds.includes(kind));
  const [forbidden, files, unsupported] = [of('forbidden'), of('forbidden', 'missing'), of('unsupported')];
  if (files.length > 0) {
    throw refusal(forbidden.length > 0 ? 'refused' : 'not-found', files, {
      message: `${plan} needs ${files.length === 1 ? 'a file' : `${files.length} files`} that can't be read`,
      hint: `put ${files.length === 1 ? 'it' : 'them'} below the plan's directory${forbidden.length > 0 ? ', or say --any-file if you trust the plan' : ''}`,
    });
  }
  if (unsupported.length > 0 && !skipUnsupported) {
    throw refusal('unsupported', unsupported, {
      message: `${plan} has ${unsupported.length === 1 ? 'a part' : `${unsupported.length} parts`} that can't be honoured`,
      hint: 'run it with the real JMeter by `--engine jmeter`, or without these parts by `--skip-unsupported`',
    });
  }
}

function refusal(
  code: FailureCode,
  findings: readonly PlanFinding[],
  words: Pick<Failure, 'message' | 'hint'>,
): RelevoError {
  const lines = findings.map(({ path, line, what, consequence }) => {
    const where = line === 0 ? path : `${path} (line ${line})`;
    return `${where}: ${what}: ${consequence}`;
  });
  return new RelevoError({ code, ...words, evidence: { title: 'in the plan', lines } });
}

/** What totals say, judged. */
export function summed(
  totals: Totals,
  startedAt: number,
  { generator, findings }: Pick<LoadResult, 'generator' | 'findings'>,
  expect: readonly Threshold[],
): Omit<LoadResult, 'engine' | 'plan'> {
  const measured = { ...totals.measured(startedAt), ...(generator !== undefined && { generator }), findings };
  return { ...measured, ...judge(measured, expect) };
}

function generatorOf(
  totals: Totals,
  engine: LoadEngine['name'],
  makers: Pick<GeneratorFigures, 'workers' | 'machines'>,
): GeneratorFigures {
  const { busiest, greatestLag: lag, late, dropped, samples } = totals;
  return { ...makers, busiest, lag, late, dropped, ...blameOf(totals, samples, engine !== 'jmeter') };
}

/** Of a CSV log, and so of JMeter. */
export const hiddenRequests =
  'the log does not show the requests inside of transactions: the total counts the transactions instead';

/** What was not brought to its end proves nothing good. */
function unfinished(result: LoadResult, interrupted: boolean, failure: Failure | undefined): LoadResult {
  const reasons = [...(interrupted ? ['it was interrupted'] : []), ...(failure === undefined ? [] : [failure.message])];
  if (reasons.length === 0) return result;
  return { ...result, ...(failure !== undefined && { failure }), verdict: doubted(result.verdict, reasons) };
}

/** No pass, for these reasons; a failure stays one. */
export function doubted(verdict: LoadVerdict, reasons: readonly string[]): LoadVerdict {
  const why = [...reasons, ...(verdict.is === 'pass' ? [] : verdict.why)];
  return { is: verdict.is === 'fail' ? 'fail' : 'void', why };
}
