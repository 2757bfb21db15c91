import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What a program cost from its start to its end, with all that it started. */
export interface Cost {
  /** Seconds of CPU time. */
  readonly cpu: number;
  /** Bytes of memory at most: of all its processes, each at its own peak. */
  readonly memory: number;
  readonly seconds: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** On which cores it may run: `0`, `0,1`. */
  readonly cores: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Seconds; then it is ended. */
  readonly limit: number;
}

/** In a shell: each user is a connection. Who may not raise the limit has what there is. */
export const manyFiles = 'ulimit -n 65536 2>/dev/null || ulimit -n $(ulimit -Hn);';

/** A shell waits for the program: the kernel has then added up what it and its children used. */
const script = `${manyFiles} "$@"; code=$?; cat /proc/$$/stat >&3; exit $code`;

/** Milliseconds between two looks at its memory; each process tells its peak. */
const look = 100;

export async function measured(argv: readonly string[], { cores, env, cwd, limit }: RunOptions): Promise<Cost> {
  const began = performance.now();
  const child = spawn('taskset', ['-c', cores, 'sh', '-c', script, 'sh', ...argv], {
    ...{ cwd, env: { ...process.env, ...env }, detached: true },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const pid = child.pid as number;
  const peaks = new Map<number, number>();
  const looking = setInterval(() => lookAt(pid, peaks), look);
  const overdue = setTimeout(() => process.kill(-pid, 'SIGKILL'), limit * 1000);
  const code = new Promise<number>((done) => child.once('close', (status) => done(status ?? -1)));
  const said = [1, 2, 3].map((each) => text(child.stdio[each] as Readable));
  const [stdout = '', stderr = '', times = ''] = await Promise.all(said);
  const status = await code;
  clearInterval(looking);
  clearTimeout(overdue);
  const memory = [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return {
    cpu: childrenTime(times),
    memory,
    seconds: (performance.now() - began) / 1000,
    code: status,
    stdout,
    stderr,
  };
}

/** Linux counts 100 a second. Source: proc(5), fields 16 and 17. */
function childrenTime(stat: string): number {
  const fields = stat.replace(/^.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function lookAt(pid: number, peaks: Map<number, number>): void {
  for (const each of childrenOf(pid)) {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${each}/status`))?.[1];
    if (peak !== undefined) peaks.set(each, Number(peak) * 1024);
    lookAt(each, peaks);
  }
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((each) => each !== '')
    .map(Number);
}

/** Empty where the process has gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
