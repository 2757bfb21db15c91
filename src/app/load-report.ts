import type { GeneratorFigures, LoadResult, PlanFinding } from '../domain/load.ts';
import type { Threshold } from '../domain/spec.ts';
import { readJtl } from '../load/results/jtl.ts';
import { type RunRecord, readRunRecord, runRecordPath, unusable } from '../load/results/run-record.ts';
import { Accounts } from '../load/stats/accounts.ts';
import { Totals } from '../load/stats/totals.ts';
import { parseThreshold } from '../spec/threshold.ts';
import { doubted, hiddenRequests, summed } from './load.ts';

/** So many samples are added up at once. */
const portion = 1_000_000;

export interface Report {
  readonly result: LoadResult;
  /** What of the log could not be used, a sentence each. */
  readonly notes: readonly string[];
}

export interface Log {
  /** As people call the file. */
  readonly name: string;
  readonly path: string;
}

/**
 * Sums up and judges logs of samples: those of one run, which several generators may have made. What is beside them of their runs
 * counts as if it were said here; where nothing is, the result says what it can't know.
 */
export async function reportOf(logs: readonly Log[], expect: readonly Threshold[]): Promise<Report> {
  const totals = new Totals();
  const read: LogRead[] = [];
  for (const log of logs) read.push(await addLog(log, totals));
  const notes = read.flatMap(({ doubts }) => doubts);
  const records = read.flatMap(({ record }) => record ?? []);
  const [engine, ...others] = new Set(records.map((each) => each.engine));
  const generator = sumOfGenerators(read);
  const untold = [...read.flatMap(withoutRecord), ...(totals.hidesRequests ? [hiddenRequests] : [])];
  const result: LoadResult = {
    ...(engine !== undefined && others.length === 0 && { engine }),
    plan: logs.map(({ name }) => name).join(', '),
    ...summed(totals, 0, { ...(generator !== undefined && { generator }), findings: findingsOf(records) }, [
      ...expectedOf(read),
      ...expect,
    ]),
    ...(untold.length > 0 && { untold }),
  };
  if (notes.length === 0 || result.verdict.is === 'fail') return { result, notes };
  return { result: { ...result, verdict: doubted(result.verdict, notes) }, notes };
}

interface LogRead {
  readonly name: string;
  /** Why the log is no whole one, a sentence each. */
  readonly doubts: readonly string[];
  readonly record: RunRecord | undefined;
}

async function addLog({ name, path }: Log, totals: Totals): Promise<LogRead> {
  const accounts = new Accounts();
  const takeOver = () => totals.add(accounts.take({ users: 0, busy: 0 }));
  let rows = 0;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const read = await readJtl(
    path,
    (sample) => {
      accounts.record(sample);
      rows += 1;
      from = Math.min(from, sample.start);
      to = Math.max(to, sample.start + sample.elapsed);
      if (rows % portion === 0) takeOver();
    },
    { name },
  );
  takeOver();
  const record = await readRunRecord(path, name);
  const doubts = [
    ...(read.unreadable === 1 ? [`1 line of ${name} is no sample`] : []),
    ...(read.unreadable > 1 ? [`${read.unreadable} lines of ${name} are no samples`] : []),
    ...(read.truncated ? [`${name} ends in the midst of a sample`] : []),
    ...(record === undefined ? [] : doubtsOf(name, record, { rows, from, to })),
  ];
  return { name, doubts, record };
}

/** A log has whole milliseconds, of starts and of durations. */
const rounding = 2;

function doubtsOf(
  name: string,
  { end, why, rows, span: [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] }: RunRecord,
  found: { rows: number; from: number; to: number },
): string[] {
  if (end === 'running') return [`the run of ${name} did not come to its end`];
  return [
    ...(end === 'interrupted' ? [`the run of ${name} was interrupted`] : []),
    ...(end === 'failed' ? [`the run of ${name} failed: ${why ?? 'nobody knows why'}`] : []),
    ...(rows === found.rows ? [] : [`${name} has ${found.rows} samples, and its run made ${rows}`]),
    ...(isSame(from, found.from) && isSame(to, found.to)
      ? []
      : [`the samples of ${name} are of another time than its run`]),
  ];
}

/** Infinities where there is no sample. */
const isSame = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= rounding;

function withoutRecord({ name, record }: LogRead): string[] {
  if (record !== undefined) return [];
  const what =
    'which requests began late or were not made, whether the generator was the bottleneck, or what of the plan';
  return [`${name} does not tell ${what} was left out: ${runRecordPath(name)} is not there`];
}

/** Of those generators that told. */
function sumOfGenerators(read: readonly LogRead[]): GeneratorFigures | undefined {
  const told = read.flatMap(({ name, record }) =>
    record?.generator === undefined ? [] : [{ name, of: record.generator }],
  );
  if (told.length === 0) return undefined;
  const sum = (of: 'workers' | 'machines' | 'late' | 'dropped') => told.reduce((all, each) => all + each.of[of], 0);
  const words = (of: 'bottleneck' | 'limit' | 'delay') =>
    told.flatMap(({ name, of: { [of]: text } }) => (text === undefined ? [] : [`${name}: ${text}`])).join('; ');
  const [bottleneck, limit, delay] = [words('bottleneck'), words('limit'), words('delay')];
  return {
    ...{ workers: sum('workers'), machines: sum('machines'), late: sum('late'), dropped: sum('dropped') },
    busiest: Math.max(...told.map(({ of }) => of.busiest)),
    lag: Math.max(...told.map(({ of }) => of.lag)),
    ...(bottleneck !== '' && { bottleneck }),
    ...(limit !== '' && { limit }),
    ...(delay !== '' && { delay }),
  };
}

/** Generators of one run are given the same expectations. */
function expectedOf(read: readonly LogRead[]): Threshold[] {
  const all = read.flatMap(({ name, record }) => (record?.expect ?? []).map((text) => [text, name] as const));
  return [...new Map(all)].map(([text, name]) => {
    const threshold = parseThreshold(text);
    if ('message' in threshold) throw unusable(name, threshold.message);
    return threshold;
  });
}

/** Generators of one run have the same plan, and the same findings. */
function findingsOf(records: readonly RunRecord[]): PlanFinding[] {
  const all = records.flatMap(({ findings }) => findings);
  return [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()];
}
