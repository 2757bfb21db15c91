import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** A program that leads a group of its own and runs for us is told to end when this process does, however that ends. */
export function endsWithUs(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
}

function endAll(): void {
  for (const child of running) endGroup(child, 'SIGTERM');
}

/** The program with all that it started. */
export function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return; // it was never started
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // all of it is gone already
  }
}
