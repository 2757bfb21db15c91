import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import type { LoadEngine, LoadNews, LoadOrder } from '../../load/load-engine.ts';
import { readJtl } from '../../load/results/jtl.ts';
import type { Sample } from '../../load/sample.ts';
import { Accounts } from '../../load/stats/accounts.ts';
import { findHome, type JmeterHome } from './home.ts';
import { install, installedIn, sourceFor } from './install.ts';
import { type Environment, findJava, jvmArguments } from './java.ts';
import { freePort, type Jvm, startJvm } from './jvm.ts';
import { complaints, logLines, unknownClasses } from './log.ts';
import { planFor, resultSettings } from './prepare.ts';
import { type Workspace, workspace } from './workspace.ts';

export interface JmeterOptions {
  /** JMeter is kept here where the host has none. */
  readonly cache: string;
  /** JMETER_HOME, PATH, JAVA_HOME, HEAP, JVM_ARGS, GC_ALGO, RELEVO_MAVEN, HTTPS_PROXY. */
  readonly env: Environment;
}

type Tell = (news: LoadNews) => void;

/**
 * The real JMeter, non-GUI, in a process group of its own. It runs the same tree as the embedded engine, written as a `.jmx`;
 * what it logs of its samples is read while it runs.
 */
export function jmeterEngine({ cache, env }: JmeterOptions): LoadEngine {
  return {
    name: 'jmeter',
    async run(order, tell, signal) {
      if (order.share.of > 1) throw alone();
      const java = findJava(env);
      const home = findHome(env) ?? (await fetched(cache, env, tell, signal));
      if (home === undefined) return;
      tell({ is: 'note', text: `JMeter ${home.version} in ${home.directory}, Java ${java.version}` });
      using place = workspace(planFor(order), order.plan.directory);
      const port = await freePort();
      const argv = [java.program, ...jvmArguments(java, env), ...launch(home, place, order, port)];
      if (signal.aborted) return;
      rmSync(resultsOf(order, place), { force: true }); // JMeter would add to it
      if (order.jtl) tell({ is: 'log' });
      await watch(await startJvm(argv, dirname(place.plan), port), place, order, tell, signal);
    },
  };
}

function alone(): RelevoError {
  const message = 'JMeter makes all of the load on one machine';
  return new RelevoError({ code: 'usage', message, hint: 'leave out `--share`, or `--engine jmeter`' });
}

/** Undefined where the run was ended meanwhile. */
async function fetched(
  cache: string,
  env: Environment,
  tell: Tell,
  signal: AbortSignal,
): Promise<JmeterHome | undefined> {
  const source = sourceFor(env);
  const there = installedIn(cache, source);
  if (there !== undefined) return there;
  const megabytes = Math.round(source.artifacts.reduce((sum, { size }) => sum + size, 0) / 1e6);
  tell({ is: 'note', text: `fetching JMeter ${source.version} (${megabytes} MB, once) from ${source.repository}` });
  return install(cache, source, env, signal).catch((error) => {
    if (signal.aborted) return undefined;
    throw error;
  });
}

function launch(home: JmeterHome, place: Workspace, order: LoadOrder, port: number): string[] {
  const settings = {
    ...Object.fromEntries(order.properties),
    ...resultSettings(order),
    ...{ 'jmeterengine.nongui.port': port, 'jmeterengine.nongui.maxport': port },
  };
  return [
    `-Djava.util.prefs.userRoot=${place.directory}`,
    ...['-jar', join(home.directory, 'bin', 'ApacheJMeter.jar')],
    ...['-n', '-t', place.plan, '-l', resultsOf(order, place), '-j', place.log],
    ...Object.entries(settings).map(([name, value]) => `-J${name}=${value}`),
  ];
}

function resultsOf({ jtl }: LoadOrder, place: Workspace): string {
  return jtl === undefined ? place.results : resolve(jtl.path);
}

/** Milliseconds between two accounts. */
const interval = 1000;

async function watch(jvm: Jvm, place: Workspace, order: LoadOrder, tell: Tell, signal: AbortSignal): Promise<void> {
  const accounts = new Accounts();
  const busy = busyOf(jvm);
  let users = 0;
  let samples = 0;
  const account = () => {
    const share = busy();
    // what it takes to start is no sign of a load that is too much for it
    tell({ is: 'accounts', delta: accounts.take({ users, busy: samples > 0 ? share : 0 }) });
  };
  const stop = () => jvm.stop();
  const ended = new AbortController();
  void jvm.ended.then(() => ended.abort());
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const timer = setInterval(account, interval);
  try {
    const path = resultsOf(order, place);
    const record = (sample: Sample) => {
      accounts.record(sample);
      users = sample.allThreads;
      samples += 1;
    };
    await readJtl(path, record, { follow: ended.signal });
  } catch (error) {
    stop();
    throw error;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    await jvm.ended;
  }
  users = 0;
  account();
  conclude((await jvm.ended) ?? killed, samples, jvm.said, logLines(place.log), tell, signal);
}

/** CPU time per second and core since it was asked last. */
function busyOf(jvm: Jvm): () => number {
  let [cpu, at] = [0, performance.now()];
  return () => {
    const [cpuNow, now] = [jvm.cpuTime(), performance.now()];
    const share = (1000 * (cpuNow - cpu)) / (now - at) / availableParallelism();
    [cpu, at] = [cpuNow, now];
    return Math.max(0, Math.min(1, share));
  };
}

const killed = -1;

/** JMeter's own exit code says little: 0 where all samples failed, and where no thread began. */
function conclude(
  code: number,
  samples: number,
  said: readonly string[],
  log: readonly string[],
  tell: Tell,
  signal: AbortSignal,
): void {
  if (code !== 0 && !signal.aborted) throw failure(code, said, log);
  for (const text of complaints(log)) tell({ is: 'note', text: `JMeter: ${text}` });
  if (samples === 0 && !signal.aborted)
    tell({ is: 'note', text: ['JMeter made no sample', ...log.slice(-3)].join('\n') });
}

const lastLines = 15;

function failure(code: number, said: readonly string[], log: readonly string[]): RelevoError {
  const evidence = {
    title: log.length > 0 ? 'JMeter’s log' : 'JMeter said',
    lines: (log.length > 0 ? log : said).slice(-lastLines),
  };
  const unknown = unknownClasses(log);
  if (unknown.length > 0) {
    const message = `JMeter can't load the plan: no jar has ${unknown.join(', ')}`;
    const hint = 'set JMETER_HOME to a JMeter that has the plugin in lib/ext, or try the embedded engine';
    return new RelevoError({ code: 'invalid-file', message, hint, evidence });
  }
  const how = code === killed ? 'was killed' : `ended with code ${code}`;
  return new RelevoError({ code: 'failed', message: `JMeter ${how}`, hint: 'its log tells why', evidence });
}
