import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { csvHeader, csvRow } from '../../src/load/results/csv.ts';
import { sampleOf } from '../../test/load/samples.ts';
import { measured } from './measured.ts';

export interface Reading {
  readonly lines: number;
  readonly bytes: number;
  /** Of CPU time. */
  readonly seconds: number;
  readonly memory: number;
}

/** `relevo load report` on a log of so many samples, by the built package. */
export async function readingFigures(lines: number): Promise<Reading> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-bench-'));
  try {
    const path = join(directory, 'results.jtl');
    await write(path, lines);
    const argv = [process.execPath, resolve('bin/relevo.js'), 'load', 'report', path, '--json'];
    const { code, stdout, stderr, cpu, memory } = await measured(argv, { cores: '0', limit: 300 });
    if (code !== 0) throw new Error(`relevo load report ended with ${code}: ${stderr}${stdout}`);
    return { lines, bytes: statSync(path).size, seconds: cpu, memory };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function write(path: string, lines: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(csvHeader);
  for (let i = 0; i < lines; i++) {
    const row = csvRow(
      sampleOf({ start: 1_700_000_000_000 + i, elapsed: 5 + (i % 97), thread: `users 1-${i % 2000}` }),
    );
    if (!file.write(row)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}
