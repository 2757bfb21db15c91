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

/** Sums up and judges a log of samples. `name`: as people call the file. */
export async function reportOf(path: string, name: string, expect: readonly Threshold[]): Promise<Report> {
  const [accounts, totals] = [new Accounts(), new Totals()];
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
  const notes = [
    ...(read.unreadable === 1 ? ['1 line is no sample'] : []),
    ...(read.unreadable > 1 ? [`${read.unreadable} lines are no samples`] : []),
    ...(read.truncated ? [`${name} ends in the midst of a sample`] : []),
  ];
  const none = { workers: 0, machines: 0 };
  const result: LoadResult = { engine: 'jmeter', plan: name, ...summed(totals, 0, none, [], expect) };
  return { result: { ...result, verdict: doubted(result.verdict, notes) }, notes };
}

/** What was lost may have failed, so that the rest proves nothing good. */
function doubted(verdict: LoadVerdict, notes: readonly string[]): LoadVerdict {
  if (notes.length === 0 || verdict.is === 'fail') return verdict;
  return { is: 'void', why: [...notes, ...(verdict.is === 'void' ? verdict.why : [])] };
}
