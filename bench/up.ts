/**
 * Times the mini-project from the command line, as a user would see it: `npm run bench [-- --cold] [-- --runs N]`.
 * On an LXD of its own; with `--cold` once more with an empty image cache. Prints seconds, each beside its goal.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const home = '/var/lib/relevo-bench';
const environment = { ...process.env, LXD_DIR: `${home}/lxd`, RELEVO_HOME: `${home}/state` };
const directory = mkdtempSync(join(tmpdir(), 'relevo-bench-'));
const file = join(directory, 'relevo.yaml');

const goals: Readonly<Record<string, number>> = { up: 45, 'up, nothing to do': 1.5, 'replicas 2 to 3': 5, destroy: 10 };
const figures = new Map<string, number[]>();

/** Runs one command to its end and returns its seconds; a failure ends the benchmark. */
function seconds(argv: readonly string[], extra: NodeJS.ProcessEnv = {}): number {
  const began = performance.now();
  const env = { ...environment, ...extra };
  const { status, stdout, stderr } = spawnSync('./relevo', argv, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`relevo ${argv.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return (performance.now() - began) / 1000;
}

function measure(name: string, argv: readonly string[], extra?: NodeJS.ProcessEnv): void {
  const took = seconds([...argv, '-f', file], extra);
  figures.set(name, [...(figures.get(name) ?? []), took]);
  console.log(`${name.padEnd(20)} ${took.toFixed(1).padStart(7)} s`);
}

function replicas(count: number): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/replicas: \d/, `replicas: ${count}`));
}

function once(): void {
  replicas(2);
  measure('up', ['up', '--yes']);
  measure('up, nothing to do', ['up', '--yes']);
  replicas(3);
  measure('replicas 2 to 3', ['up', '--yes']);
  measure('destroy', ['destroy', '--yes']);
}

function cold(): void {
  const cache = join(directory, 'cache');
  measure('up, nothing cached', ['up', '--yes'], { RELEVO_CACHE: cache });
  seconds(['destroy', '--yes', '-f', file]);
  rmSync(cache, { recursive: true });
}

function summary(): void {
  console.log(`\n${'median of all runs'.padEnd(20)} ${'s'.padStart(7)}  goal   (${cpus().length} CPUs)`);
  for (const [name, values] of figures) {
    const median = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
    const goal = goals[name] === undefined ? '' : `${goals[name]}`.padStart(5);
    console.log(`${name.padEnd(20)} ${median.toFixed(1).padStart(7)} ${goal}`);
  }
}

function removeDaemon(): void {
  spawnSync('lxd', ['shutdown', '--timeout=30'], { env: environment, timeout: 60_000 });
  rmSync(home, { recursive: true, force: true });
}

const { values } = parseArgs({ options: { cold: { type: 'boolean' }, runs: { type: 'string', default: '3' } } });
removeDaemon();
mkdirSync(home, { mode: 0o711 });
try {
  seconds(['doctor', '--fix', '--yes']);
  cpSync('examples/miniproyecto', directory, { recursive: true });
  const text = readFileSync(file, 'utf8')
    .replace(/^name: .*/m, 'name: relevo-bench')
    .replace(/publish: \d+/, 'publish: 1190');
  writeFileSync(file, text);
  seconds(['up', '--yes', '-f', file]); // fills the cache
  seconds(['destroy', '--yes', '-f', file]);
  for (let run = 0; run < Number(values.runs); run += 1) once();
  if (values.cold) cold();
  summary();
} finally {
  spawnSync('./relevo', ['destroy', '--yes', '-f', file], { env: environment });
  removeDaemon();
  rmSync(directory, { recursive: true, force: true });
}
