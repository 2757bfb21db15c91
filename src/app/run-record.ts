import { dirname } from 'node:path';
import { RelevoError } from '../domain/failure.ts';
import type { LoadOrder } from '../load/load-engine.ts';
import { hasRunRecord, type RunRecord, runRecordPath } from '../load/results/run-record.ts';
import type { Files } from '../ports/system.ts';

/** What is told at the beginning and at the end of a run. */
export type RunState = Omit<RunRecord, 'version' | 'engine' | 'plan' | 'findings' | 'expect'>;

/** What stands beside the log of one run, if it has one: nothing until the log is begun, lest it be told of an earlier one. */
export class RecordKeeper {
  readonly #write: (state: RunState) => Promise<void>;
  readonly #note: (text: string) => void;
  /** Whether it could be written. */
  #begun: Promise<boolean> = Promise.resolve(false);

  constructor(write: (state: RunState) => Promise<void>, note: (text: string) => void) {
    this.#write = write;
    this.#note = note;
  }

  /** The log is begun. Where a record can't be written, as in a directory of others, the run goes on without one. */
  begin(): void {
    this.#begun = this.#write({ end: 'running', rows: 0 }).then(
      () => true,
      (error: Error) => {
        this.#note(`${error.message}; \`relevo load report\` will judge by the log alone`);
        return false;
      },
    );
  }

  /** Rejects with a RelevoError where it could be written at the beginning, and can't be any more. */
  async end(state: RunState): Promise<void> {
    if (await this.#begun) await this.#write(state);
  }
}

/** Writes what is known of a run beside its log, if it has one. Rejects with a RelevoError where that can't be. */
export async function writeRunRecord(
  files: Pick<Files, 'write' | 'exists'>,
  { jtl }: Pick<LoadOrder, 'jtl'>,
  record: RunRecord,
): Promise<void> {
  if (jtl === undefined || !hasRunRecord(jtl.path)) return;
  if (!(await files.exists(dirname(jtl.path)))) return; // there is no log either
  const path = runRecordPath(jtl.path);
  await files.write(path, `${JSON.stringify(record, undefined, 2)}\n`, 0o644).catch((error: Error) => {
    throw new RelevoError({ code: 'failed', message: `${path} can't be written: ${error.message}` }, { cause: error });
  });
}
