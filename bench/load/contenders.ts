import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findJava, jvmArguments, onPath } from '../../src/adapters/jmeter/java.ts';
import { verdictExits } from '../../src/cli/exits.ts';
import type { LoadResult } from '../../src/domain/load.ts';
import { aimedAt } from '../../src/load/jmx/aim.ts';
import { writePlan } from '../../src/load/jmx/write.ts';
import { readJtl } from '../../src/load/results/jtl.ts';
import { Histogram } from '../../src/load/stats/histogram.ts';
import { jmeterHomeForTests } from '../../test/rig/jmeter.ts';
import { group, http, testPlan, timer } from '../../test/rig/plan.ts';
import { type Cost, measured } from './measured.ts';

/** What is asked of each generator. Times are seconds. */
export interface Task {
  readonly users: number;
  readonly ramp: number;
  /** Of each user, before each of its requests; 0: none. */
  readonly pause: number;
  readonly duration: number;
  readonly url: URL;
  readonly cores: string;
}

export interface Figures extends Pick<Cost, 'cpu' | 'memory'> {
  readonly requests: number;
  readonly errors: number;
  /** Per second of the duration. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests that began more than 10 ms late; where the generator knows. */
  readonly late?: number;
}

export interface Contender {
  readonly name: string;
  run(task: Task): Promise<Figures>;
}

const cache = '/var/cache/relevo-bench';

/** The built package, as people install it. */
export function embedded(): Contender {
  const built = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`npm run build: ${built.stdout}${built.stderr}`);
  return {
    name: 'relevo',
    run: (task) =>
      inDirectory(async (directory) => {
        const plan = planFile(directory, task);
        const workers = String(task.cores.split(',').length);
        const argv = [resolve('bin/relevo.js'), 'load', plan, '--workers', workers, '--json'];
        const cost = await finished(argv, task, {}, [0, verdictExits.void]);
        const { total, generator } = JSON.parse(cost.stdout) as LoadResult;
        const { samples, failed, unknown, service } = total;
        return figures(task, cost, {
          requests: samples,
          errors: failed + unknown,
          p50: service.median,
          p99: service.p99,
          late: generator?.late ?? 0,
        });
      }),
  };
}

/** With its own settings, and little memory for it. */
export function jmeter(): Contender {
  const java = findJava(process.env);
  const home = jmeterHomeForTests();
  return {
    name: 'JMeter 5.6.3',
    run: (task) =>
      inDirectory(async (directory) => {
        const { directory: where } = await home;
        const results = join(directory, 'results.jtl');
        const files = ['-t', planFile(directory, task), '-l', results, '-j', join(directory, 'jmeter.log')];
        const jvm = jvmArguments(java, { HEAP: '-Xms512m -Xmx512m', ...process.env });
        const argv = [java.program, ...jvm, '-jar', join(where, 'bin/ApacheJMeter.jar'), '-n', ...files];
        const cost = await finished(argv, task, {});
        const times = new Histogram();
        let errors = 0;
        await readJtl(results, ({ elapsed, success }) => {
          times.record(elapsed);
          if (!success) errors += 1;
        });
        return figures(task, cost, {
          requests: times.count,
          errors,
          p50: times.percentile(50),
          p99: times.percentile(99),
        });
      }),
  };
}

const k6Version = 'v0.57.0';

/** Built from its Go module once. */
export function k6(): Contender {
  const bin = join(cache, `k6-${k6Version}`);
  if (!existsSync(join(bin, 'k6'))) {
    mkdirSync(bin, { recursive: true });
    const built = spawnSync('go', ['install', `go.k6.io/k6@${k6Version}`], {
      env: { ...process.env, GOBIN: bin },
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(`k6 could not be built: ${built.error?.message ?? built.stderr}`);
  }
  return {
    name: `k6 ${k6Version}`,
    run: (task) =>
      inDirectory(async (directory) => {
        const [script, summary] = [join(directory, 'script.js'), join(directory, 'summary.json')];
        writeFileSync(script, k6Script(task));
        const argv = [join(bin, 'k6'), 'run', '--quiet', '--no-usage-report', '--summary-export', summary, script];
        const cost = await finished(argv, task, {});
        const { metrics } = JSON.parse(readFileSync(summary, 'utf8'));
        const times = metrics.http_req_duration;
        const failures = metrics.http_req_failed.passes;
        return figures(task, cost, {
          requests: metrics.http_reqs.count,
          errors: failures,
          p50: times['p(50)'],
          p99: times['p(99)'],
        });
      }),
  };
}

function k6Script({ users, ramp, pause, duration, url }: Task): string {
  const stages = [
    { duration: `${ramp}s`, target: users },
    { duration: `${duration - ramp}s`, target: users },
  ];
  const scenario =
    ramp === 0
      ? { executor: 'constant-vus', vus: users, duration: `${duration}s`, gracefulStop: '0s' }
      : { executor: 'ramping-vus', startVUs: 0, stages, gracefulRampDown: '0s', gracefulStop: '0s' };
  const options = { scenarios: { load: scenario }, summaryTrendStats: ['p(50)', 'p(99)'] };
  return `import http from 'k6/http';
import { sleep } from 'k6';
export const options = ${JSON.stringify(options)};
export default function () { ${pause > 0 ? `sleep(${pause}); ` : ''}http.get('${url}'); }
`;
}

export function wrk(): Contender {
  if (onPath('wrk', process.env) === undefined) throw new Error('wrk is not installed: apt-get install wrk');
  return {
    name: 'wrk',
    run: (task) =>
      inDirectory(async (directory) => {
        const { users, pause, duration, url, cores } = task;
        const script = join(directory, 'pause.lua');
        writeFileSync(script, `function delay() return ${pause * 1000} end\n`);
        const paused = pause > 0 ? ['-s', script] : [];
        const threads = String(cores.split(',').length);
        const argv = [
          'wrk',
          '-t',
          threads,
          '-c',
          String(users),
          '-d',
          `${duration}s`,
          '--latency',
          ...paused,
          url.href,
        ];
        const cost = await finished(argv, task, {});
        const said = (pattern: RegExp) => pattern.exec(cost.stdout)?.[1] ?? '0';
        const requests = Number(said(/(\d+) requests in/));
        const errors = Number(said(/Non-2xx or 3xx responses: (\d+)/));
        return figures(task, cost, {
          requests,
          errors,
          p50: timeOf(said(/50%\s+(\S+)/)),
          p99: timeOf(said(/99%\s+(\S+)/)),
        });
      }),
  };
}

/** `1.25ms`, in milliseconds. */
function timeOf(text: string): number {
  const [, amount = '0', unit = 'ms'] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(amount) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
}

function figures(
  { duration }: Task,
  { cpu, memory }: Cost,
  counted: Omit<Figures, 'cpu' | 'memory' | 'rate'>,
): Figures {
  return { cpu, memory, ...counted, rate: counted.requests / duration };
}

async function finished(
  argv: readonly string[],
  { cores, duration }: Task,
  env: Readonly<Record<string, string>>,
  good = [0],
): Promise<Cost> {
  const cost = await measured(argv, { cores, env, limit: duration + 120 });
  if (good.includes(cost.code)) return cost;
  throw new Error(`${argv[0]} ended with ${cost.code}: ${cost.stderr.slice(-1000)}${cost.stdout.slice(-1000)}`);
}

/** The plan that Relevo and JMeter run. */
function planFile(directory: string, { users, ramp, pause, duration, url }: Task): string {
  const scheduled = {
    'ThreadGroup.scheduler': 'true',
    'ThreadGroup.duration': String(duration),
    'ThreadGroup.delay': '0',
  };
  const requests = [...(pause > 0 ? [timer(pause * 1000)] : []), http('/', { name: 'GET /' })];
  const root = testPlan([group('users', { users, ramp, loops: -1, more: scheduled }, ...requests)]);
  const path = join(directory, 'plan.jmx');
  writeFileSync(path, writePlan(aimedAt(root, url)));
  return path;
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-bench-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
