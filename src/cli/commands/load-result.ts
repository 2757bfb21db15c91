import { resolve } from 'node:path';
import type { LoadResult } from '../../domain/load.ts';
import { junitOf } from '../../load/results/junit.ts';
import type { Process } from '../../ports/process.ts';
import { verdictExits } from '../exits.ts';
import type { Io } from '../io.ts';
import { renderLoad } from '../print/load.ts';

/** Prints the result, and writes it as JUnit's XML where that was wanted; resolves to the exit code. */
export async function tell(io: Io, process: Process, result: LoadResult, junit: string | undefined): Promise<number> {
  if (junit !== undefined) await process.files.write(resolve(process.cwd, junit), junitOf(result), 0o644);
  io.print(io.json ? JSON.stringify(result) : renderLoad(result, io.style, io.width));
  return verdictExits[result.verdict.is];
}
