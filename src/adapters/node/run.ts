import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { RelevoError } from '../../domain/failure.ts';
import type { RunOptions, RunResult } from '../../ports/system.ts';
import { endGroup, endsWithUs } from './children.ts';

/** How a shell tells of a program that was killed. */
const killed = 137;

/** Runs a program in a process group of its own, so that what it started can be ended with it. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    const end = (code: number) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    };
    const overdue = () => {
      endGroup(child, 'SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream.destroy(); // who left the group may hold them for ever
      end(killed);
    };
    const timer = options.timeout === undefined ? undefined : setTimeout(overdue, options.timeout * 1000);
    endsWithUs(child);
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] }).on('line', (line) => {
        output[stream] += `${line}\n`;
        options.onLine?.(line, stream);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(missingProgram(program, error));
    });
    child.on('close', (code) => end(code ?? killed));
    child.stdin.on('error', () => {}); // EPIPE: the program did not read its input; its exit code tells the rest
    child.stdin.end(options.stdin ?? '');
  });
}

export function missingProgram(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  const message = `the program \`${program}\` is not installed`;
  return new RelevoError({ code: 'host-lacks', message, hint: 'run `relevo doctor --fix`' }, { cause: error });
}
