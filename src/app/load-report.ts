import type { LoadResult, LoadVerdict } from '../domain/load.ts';
import type { Threshold } from '../domain/spec.ts';
import { readJtl } from '../load/results/jtl.ts';
import { Accounts } from '../load/stats/accounts.ts';
import { Totals } from '../load/stats/totals.ts';
import { summed } from './load.ts';

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

/** Sums up and judges logs of samples: those of one run, which several generators may have made. */
export async function reportOf(logs: readonly Log[], expect: readonly Threshold[]): Promise<Report> {
  const totals = new Totals();
  const notes: string[] = [];
  for (const log of logs) notes.push(...(await addLog(log, totals)));
  const plan = logs.map(({ name }) => name).join(', ');
  const result: LoadResult = { engine: 'jmeter', plan, ...summed(totals, 0, { workers: 0, machines: 0 }, [], expect) };
  return { result: { ...result, verdict: doubted(result.verdict, notes) }, notes };
}

/** Returns what of it could not be used. */
async function addLog({ name, path }: Log, totals: Totals): Promise<string[]> {
  const accounts = new Accounts();
  const takeOver = () => totals.add(accounts.take({ users: 0, busy: 0 }));
  let untold = 0;
  const read = await readJtl(
    path,
    (sample) => {
      accounts.record(sample);
      untold += 1;
      if (untold < portion) return;
      untold = 0;
      takeOver();
    },
    { name },
  );
  takeOver();
  return [
    ...(read.unreadable === 1 ? [`1 line of ${name} is no sample`] : []),
    ...(read.unreadable > 1 ? [`${read.unreadable} lines of ${name} are no samples`] : []),
    ...(read.truncated ? [`${name} ends in the midst of a sample`] : []),
  ];
}

/** What was lost may have failed, so that the rest proves nothing good. */
function doubted(verdict: LoadVerdict, notes: readonly string[]): LoadVerdict {
  if (notes.length === 0 || verdict.is === 'fail') return verdict;
  return { is: 'void', why: [...notes, ...(verdict.is === 'void' ? verdict.why : [])] };
}
