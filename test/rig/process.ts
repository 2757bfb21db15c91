import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';

const impatience = 20_000;

/** A program under test: what it printed so far, and its end. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  /** The exit code as a shell tells it. */
  readonly code: Promise<number>;

  constructor(program: string, argv: readonly string[]) {
    this.child = spawn(program, argv, { env: { ...process.env, TERM: 'xterm', CI: '', NO_COLOR: '1' } });
    this.child.stdout.on('data', (piece: Buffer) => {
      this.stdout += piece;
    });
    this.child.stderr.on('data', (piece: Buffer) => {
      this.stderr += piece;
    });
    this.child.stdin.on('error', () => {}); // it may end without having read
    this.code = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  }

  /** Resolves when the output matches; throws what there is when it ends or dawdles. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const began = performance.now();
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found !== null) return found;
      if (this.child.exitCode !== null || performance.now() - began > impatience)
        throw new Error(`no ${pattern} in: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  type(keys: string): void {
    this.child.stdin.write(keys);
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}

export function node(...argv: readonly string[]): Running {
  return new Running(process.execPath, argv);
}

/** The same on a terminal of its own. */
export function onTerminal(...argv: readonly string[]): Running {
  const command = [process.execPath, ...argv].map((word) => `'${word}'`).join(' ');
  return new Running('script', ['-qec', command, '/dev/null']);
}
