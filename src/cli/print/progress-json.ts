import type { Progress, ProgressContext } from './progress.ts';

/** One event per line, exactly as it is. */
export function jsonProgress({ output }: Pick<ProgressContext, 'output'>): Progress {
  return {
    event: (event) => void output.write(`${JSON.stringify(event)}\n`),
    close: () => {},
  };
}
