/**
 * Writes sizes and SHA-256 sums into src/adapters/jmeter/release.ts, of the artifacts that are named there, as Maven
 * fetches them. For another version of JMeter: change version and coordinates there, then run this once.
 * Which jars belong to a version: `src/dist/src/dist/expected_release_jars.csv` in JMeter's source, size and name each;
 * with that file as the argument they are compared.
 *
 *     node scripts/pin-jmeter.ts [expected_release_jars.csv]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { artifacts, pathOf } from '../src/adapters/jmeter/release.ts';

const target = resolve(import.meta.dirname, '../src/adapters/jmeter/release.ts');
const work = mkdtempSync(join(tmpdir(), 'pin-jmeter-'));
try {
  writeFileSync(join(work, 'pom.xml'), pom());
  const layout = ['-DoutputDirectory=jars', '-Dmdep.useRepositoryLayout=true'];
  const { status } = spawnSync('mvn', ['-B', '-q', 'dependency:copy-dependencies', ...layout], {
    cwd: work,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('mvn failed: see above');
  const pinned = artifacts.map(({ coordinate }) => pinOf(coordinate));
  const [csv] = process.argv.slice(2);
  if (csv !== undefined) compare(readFileSync(csv, 'utf8'), pinned);
  const before = readFileSync(target, 'utf8');
  const lines = pinned.map((each) => each.join(' ')).join('\n');
  writeFileSync(target, before.replace(/(?<=const pinned = `\n).*?(?=\n`;)/s, lines));
} finally {
  rmSync(work, { recursive: true });
}

/** Each artifact by itself: what it depends on is in the list, in the version of the release. */
function pom(): string {
  const project = '<groupId>pin</groupId><artifactId>pin</artifactId><version>1</version><packaging>pom</packaging>';
  const alone =
    '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>';
  const dependencies = artifacts.map(({ coordinate }) => {
    const [group, artifact, version, classifier] = coordinate.split(':');
    const kind = classifier === undefined ? '' : `<classifier>${classifier}</classifier>`;
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${kind}${alone}`;
  });
  const head = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>';
  return `${head}${project}<dependencies>${dependencies.join('\n')}</dependencies></project>\n`;
}

function pinOf(coordinate: string): [string, number, string] {
  const bytes = readFileSync(join(work, 'jars', pathOf(coordinate)));
  return [coordinate, bytes.length, createHash('sha256').update(bytes).digest('hex')];
}

/** By size: a jar or two have another name in the release. JMeter's own jars are not in its list. */
function compare(csv: string, pinned: readonly [string, number, string][]): void {
  const ours = new Set(pinned.map(([, size]) => String(size)));
  const missing = csv.split('\n').filter((line) => line !== '' && !ours.has(line.split(',')[0] ?? ''));
  if (missing.length > 0) throw new Error(`in the release but not pinned: ${missing.join(' ')}`);
}
