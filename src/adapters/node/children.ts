import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** A program that runs for us is told to end when this process does, be it by a signal that only we were sent. */
export function endsWithUs(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
}

function endAll(): void {
  for (const child of running) child.kill('SIGTERM');
}
