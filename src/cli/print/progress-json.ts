import type { Progress, ProgressContext } from './progress-types.ts';
import { withWords } from './words.ts';

/** One event per line. */
export function jsonProgress({ output }: Pick<ProgressContext, 'output'>): Progress {
  return {
    event: (event) => void output.write(`${JSON.stringify(withWords(event))}\n`),
    close: () => {},
  };
}
