import { dirname } from 'node:path';
import { RelevoError } from '../domain/failure.ts';
import type { LoadOrder } from '../load/load-engine.ts';
import { hasRunRecord, type RunRecord, runRecordPath } from '../load/results/run-record.ts';
import type { Files } from '../ports/system.ts';

/** Writes what is known of a run beside its log, if it has one. Rejects with a RelevoError where that can't be. */
export async function writeRunRecord(
  files: Pick<Files, 'write' | 'exists'>,
  { jtl }: Pick<LoadOrder, 'jtl'>,
  record: RunRecord,
): Promise<void> {
  if (jtl === undefined || !hasRunRecord(jtl.path)) return;
  if (!(await files.exists(dirname(jtl.path)))) return; // then the log can't be written either, and whoever writes that says so
  const path = runRecordPath(jtl.path);
  await files.write(path, `${JSON.stringify(record, undefined, 2)}\n`, 0o644).catch((error: Error) => {
    throw new RelevoError({ code: 'failed', message: `${path} can't be written: ${error.message}` }, { cause: error });
  });
}
