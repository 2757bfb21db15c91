import type { UpOutcome } from '../../app/up.ts';
import { exitCodes } from '../../domain/failure.ts';
import { renderStatus } from '../print/status.ts';
import type { Call } from '../project.ts';

/** What there is now, where something was changed. Resolves to the exit code. */
export async function showOutcome({ io }: Call, running: Promise<UpOutcome>): Promise<number> {
  const { status, failure, changed } = await running;
  if (failure !== undefined) return exitCodes[failure.code];
  if (!io.json && changed > 0) io.print(`\n${renderStatus(status, io.style, io.width)}`);
  return 0;
}
