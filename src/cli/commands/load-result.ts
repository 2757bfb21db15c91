import { resolve } from 'node:path';
import { exitCodes } from '../../domain/failure.ts';
import type { LoadResult } from '../../domain/load.ts';
import { junitOf } from '../../load/results/junit.ts';
import type { Process } from '../../ports/process.ts';
import { verdictExits } from '../exits.ts';
import type { Io } from '../io.ts';
import { renderLoad } from '../print/load.ts';

/**
 * Prints the result, then writes it as JUnit's XML where that was wanted; resolves to the exit code: that of
 * what ended the run before its time, or that of the verdict.
 */
export async function tell(io: Io, process: Process, result: LoadResult, junit: string | undefined): Promise<number> {
  io.print(io.json ? JSON.stringify(result) : renderLoad(result, io.style, io.width));
  if (junit !== undefined) await process.files.write(resolve(process.cwd, junit), junitOf(result), 0o644);
  const { failure, verdict } = result;
  if (failure !== undefined && !io.json) io.fail(failure); // as JSON it is part of the result
  return failure === undefined ? verdictExits[verdict.is] : exitCodes[failure.code];
}
