import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import { Downloads, faultOf } from './download.ts';
import type { JmeterHome } from './home.ts';
import type { Environment } from './java.ts';
import { type Artifact, artifacts, pathOf, version } from './release.ts';
import { unzip } from './unzip.ts';

/** What to install, and from where. */
export interface Source {
  /** A Maven repository's URL: `https:`, `http:`, or `file:` for a local one. */
  readonly repository: string;
  readonly version: string;
  readonly artifacts: readonly Artifact[];
}

/** Maven Central, or the repository that RELEVO_MAVEN names. */
export function sourceFor(env: Environment): Source {
  const repository = env['RELEVO_MAVEN'] || 'https://repo.maven.apache.org/maven2';
  return { repository: repository.replace(/\/+$/, ''), version, artifacts };
}

export function installedIn(cache: string, source: Pick<Source, 'version'>): JmeterHome | undefined {
  const directory = join(cache, `jmeter-${source.version}`);
  return existsSync(directory) ? { directory, version: source.version } : undefined;
}

/**
 * JMeter in the cache directory, fetched unless it is there. Every jar is checked against its pinned sum. What is half done is
 * kept beside it, so that the next attempt goes on there. Throws `unreachable` where a jar can't be had as it shall be.
 */
export async function install(
  cache: string,
  source: Source,
  env: Environment,
  signal: AbortSignal,
): Promise<JmeterHome> {
  const { directory, version } = { directory: join(cache, `jmeter-${source.version}`), version: source.version };
  const work = `${directory}.part`;
  for (const each of ['bin', 'lib/ext', 'lib/junit']) await mkdir(join(work, each), { recursive: true });
  try {
    await fetchJars(source, work, env, signal);
    await unpackSettings(work);
    await rename(work, directory);
  } catch (error) {
    if (!existsSync(directory)) throw unreachable(error as Error, source);
    await rm(work, { recursive: true, force: true }); // another run was faster
  }
  return { directory, version };
}

/** Several at a time; the first failure ends all. */
async function fetchJars(source: Source, work: string, env: Environment, signal: AbortSignal): Promise<void> {
  using downloads = new Downloads(env);
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const queue = [...source.artifacts];
  const fetchSome = async () => {
    for (let next = queue.shift(); next !== undefined && !either.aborted; next = queue.shift())
      await fetchJar(downloads, source, next, work, either);
  };
  let why: unknown;
  const fail = (error: unknown) => {
    why ??= error;
    failing.abort();
  };
  await Promise.all(Array.from({ length: 4 }, () => fetchSome().catch(fail)));
  signal.throwIfAborted();
  if (why !== undefined) throw why;
}

async function fetchJar(
  downloads: Downloads,
  { repository }: Source,
  artifact: Artifact,
  work: string,
  signal: AbortSignal,
): Promise<void> {
  const path = join(work, placeOf(artifact.coordinate));
  const there = await readFile(path).catch(absent);
  if (there !== undefined && faultOf(there, artifact) === undefined) return;
  const url = `${repository}/${pathOf(artifact.coordinate)}`;
  const once = () => downloads.file(url, path, artifact, signal);
  await once().catch((error) => {
    if (signal.aborted) throw error;
    return once(); // a connection that broke; what is wrong with the file itself is so again
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** As in Apache's own archive. */
function placeOf(coordinate: string): string {
  const [group, artifact = ''] = coordinate.split(':');
  if (group !== 'org.apache.jmeter') return join('lib', basename(pathOf(coordinate)));
  if (artifact === 'ApacheJMeter') return join('bin', 'ApacheJMeter.jar');
  return join(artifact.startsWith('ApacheJMeter_') ? 'lib/ext' : 'lib', `${artifact}.jar`);
}

/** One of the jars brings what is in `bin` else: settings, and the templates of reports. */
async function unpackSettings(work: string): Promise<void> {
  const jar = await readFile(join(work, 'lib/ext/ApacheJMeter_config.jar'));
  for (const [name, content] of unzip(jar, isSetting)) {
    await mkdir(join(work, name, '..'), { recursive: true });
    await writeFile(join(work, name), content);
  }
}

function isSetting(name: string): boolean {
  return name.startsWith('bin/') && !name.split('/').includes('..');
}

function unreachable(error: Error, { repository, version }: Source): Error {
  if (error.name === 'AbortError')
    return new RelevoError({ code: 'interrupted', message: 'interrupted' }, { cause: error });
  const message = `JMeter ${version} can't be fetched from ${repository}`;
  const hint =
    'what was fetched is kept, so try again; RELEVO_MAVEN names another Maven repository (https:, http: or file:), JMETER_HOME a JMeter that is there';
  const evidence = { title: 'what failed', lines: [error.message] };
  return new RelevoError({ code: 'unreachable', message, hint, evidence }, { cause: error });
}
