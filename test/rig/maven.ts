import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { artifacts, pathOf } from '../../src/adapters/jmeter/release.ts';

/**
 * A directory laid out as a Maven repository, with JMeter's artifacts as Maven itself fetches them: from wherever it is told to,
 * through whatever proxy. Made once, whole or not at all.
 */
export function mavenRepository(directory: string): string {
  if (artifacts.every(({ coordinate }) => existsSync(join(directory, pathOf(coordinate))))) return directory;
  mkdirSync(dirname(directory), { recursive: true });
  const work = mkdtempSync(`${directory}.`);
  try {
    writeFileSync(join(work, 'pom.xml'), pom());
    const goal = ['dependency:copy-dependencies', '-DoutputDirectory=jars', '-Dmdep.useRepositoryLayout=true'];
    const { status, stdout, stderr, error } = spawnSync('mvn', ['-B', '-q', ...goal], {
      cwd: work,
      encoding: 'utf8',
      timeout: 540_000,
    });
    if (status !== 0) throw new Error(`mvn: ${error?.message ?? `${stdout}${stderr}`}`);
    rmSync(directory, { recursive: true, force: true });
    renameSync(join(work, 'jars'), directory);
  } finally {
    rmSync(work, { recursive: true });
  }
  return directory;
}

/** Each artifact by itself: what it depends on is in the list, in the version of the release. */
function pom(): string {
  const project =
    '<groupId>relevo</groupId><artifactId>jmeter</artifactId><version>1</version><packaging>pom</packaging>';
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
