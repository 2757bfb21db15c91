import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RelevoError } from '../../domain/failure.ts';
import type { GeneratorFigures, LoadResult, PlanFinding } from '../../domain/load.ts';

/** What a log of samples can't hold of its run. It stands beside the log, so that whoever sums up logs judges as the run itself. */
export interface RunRecord {
  readonly version: 1;
  readonly engine: NonNullable<LoadResult['engine']>;
  readonly plan: string;
  /** How the run came to its end; `running` is what a run that was killed leaves behind. */
  readonly end: 'running' | 'done' | 'interrupted' | 'failed';
  /** Why it failed. */
  readonly why?: string | undefined;
  /** So many samples are in the log; 0 while it runs. */
  readonly rows: number;
  /** Of the first sample's start and the last one's end: whole milliseconds since 1970, as in the log; absent where there is none. */
  readonly span?: readonly [from: number, to: number] | undefined;
  readonly generator?: GeneratorFigures | undefined;
  readonly findings: readonly PlanFinding[];
  /** What was expected of it, as it was written: `p99 < 400ms`. */
  readonly expect: readonly string[];
}

export function runRecordPath(log: string): string {
  return `${log}.run.json`;
}

/** Pipes and devices such as /dev/null have nothing beside them; what is in /dev/shm is a file like any other. */
export function hasRunRecord(log: string): boolean {
  const stat = statSync(log, { throwIfNoEntry: false });
  return !stat?.isCharacterDevice() && !stat?.isFIFO();
}

const count = z.number().int().nonnegative();
const finding = z.object({
  kind: z.enum(['unsupported', 'skipped', 'missing', 'absent', 'forbidden']),
  ...{ path: z.string(), line: count, what: z.string(), consequence: z.string() },
});
const generator = z.object({
  ...{ workers: count, machines: count, late: count, dropped: count },
  ...{ busiest: z.number(), lag: z.number() },
  ...{ bottleneck: z.string().optional(), limit: z.string().optional(), delay: z.string().optional() },
});
const schema = z.object({
  version: z.literal(1),
  engine: z.enum(['embedded', 'jmeter']),
  plan: z.string(),
  end: z.enum(['running', 'done', 'interrupted', 'failed']),
  why: z.string().optional(),
  rows: count,
  span: z.tuple([z.number(), z.number()]).optional(),
  generator: generator.optional(),
  findings: z.array(finding),
  expect: z.array(z.string()),
});

/** Undefined where the log has none. Throws RelevoError where what is there is none. */
export async function readRunRecord(log: string, name: string): Promise<RunRecord | undefined> {
  const text = await readFile(runRecordPath(log), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw unusable(name, error);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text)) as RunRecord;
  } catch (error) {
    throw unusable(name, error);
  }
}

/** Of a log of that name. */
export function unusable(name: string, cause?: unknown): RelevoError {
  const message = `${runRecordPath(name)} is not what a run writes beside its log`;
  return new RelevoError({ code: 'invalid-file', message, hint: 'remove it to read the log alone' }, { cause });
}
