/**
 * Writes sizes and SHA-256 sums into src/adapters/jmeter/release.ts, of the artifacts that are named there, as Maven
 * fetches them. For another version of JMeter: change version and coordinates there, then run this once.
 * Which jars belong to a version: `src/dist/src/dist/expected_release_jars.csv` in JMeter's source, size and name each;
 * with that file as the argument they are compared.
 *
 *     node scripts/pin-jmeter.ts [expected_release_jars.csv]
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { artifacts, pathOf } from '../src/adapters/jmeter/release.ts';
import { mavenRepository } from '../test/rig/maven.ts';

const target = resolve(import.meta.dirname, '../src/adapters/jmeter/release.ts');
const work = mkdtempSync(join(tmpdir(), 'pin-jmeter-'));
try {
  const repository = mavenRepository(join(work, 'maven'));
  const pinned = artifacts.map(({ coordinate }) => pinOf(repository, coordinate));
  const [csv] = process.argv.slice(2);
  if (csv !== undefined) compare(readFileSync(csv, 'utf8'), pinned);
  const lines = pinned.map((each) => each.join(' ')).join('\n');
  writeFileSync(target, readFileSync(target, 'utf8').replace(/(?<=const pinned = `\n).*?(?=\n`;)/s, lines));
} finally {
  rmSync(work, { recursive: true });
}

function pinOf(repository: string, coordinate: string): [string, number, string] {
  const bytes = readFileSync(join(repository, pathOf(coordinate)));
  return [coordinate, bytes.length, createHash('sha256').update(bytes).digest('hex')];
}

/** By size: a jar or two have another name in the release. JMeter's own jars are not in its list. */
function compare(csv: string, pinned: readonly [string, number, string][]): void {
  const ours = new Set(pinned.map(([, size]) => String(size)));
  const missing = csv.split('\n').filter((line) => line !== '' && !ours.has(line.split(',')[0] ?? ''));
  if (missing.length > 0) throw new Error(`in the release but not pinned: ${missing.join(' ')}`);
}
