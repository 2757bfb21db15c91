import { resolve } from 'node:path';
import { reportOf } from '../../app/load-report.ts';
import type { Threshold } from '../../domain/spec.ts';
import type { CommonOptions } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import type { World } from '../world.ts';
import { tell } from './load-result.ts';

export interface ReportOptions extends CommonOptions {
  readonly expect?: readonly Threshold[];
  readonly junit?: string;
}

export async function reportCommand(
  { process }: World,
  names: readonly string[],
  options: ReportOptions,
): Promise<void> {
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const logs = names.map((name) => ({ name, path: resolve(process.cwd, name) }));
    const { result, notes } = await reportOf(logs, options.expect ?? []);
    for (const note of notes) io.note(io.style.yellow(`! ${note}`));
    return tell(io, process, result, options.junit);
  });
}
