import type { Emit } from '../domain/event.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import type { Step } from '../domain/step.ts';
import { headOf } from './title.ts';

export interface RunResult {
  readonly succeeded: number;
  readonly failure?: Failure;
}

/** Does one step; reports its progress line by line. */
export type Act = (step: Step, onLine: (line: string) => void) => Promise<void>;

/**
 * Runs the steps, each as soon as those it comes after have succeeded, at most `width` at once.
 * After a failure nothing new is begun, and what runs is let finish.
 */
export async function runSteps(
  steps: readonly Step[],
  act: Act,
  emit: Emit,
  elapsed: () => number,
  width = 6,
): Promise<RunResult> {
  const done = new Set<string>();
  const begun = new Set<string>();
  const running = new Set<Promise<void>>();
  let failure: Failure | undefined;

  const one = async (step: Step) => {
    const head = headOf(step);
    const start = elapsed();
    const seconds = () => (elapsed() - start) / 1000;
    emit({ type: 'step-started', ...head });
    try {
      await act(step, (line) => emit({ type: 'step-progress', step: step.id, line }));
      done.add(step.id);
      emit({ type: 'step-succeeded', ...head, seconds: seconds() });
    } catch (error) {
      const found = failureOf(error);
      failure ??= found;
      emit({ type: 'step-failed', ...head, seconds: seconds(), failure: found });
    }
  };

  for (;;) {
    for (const step of steps) {
      const ready = !begun.has(step.id) && step.after.every((id) => done.has(id));
      if (!ready || failure !== undefined || running.size >= width) continue;
      begun.add(step.id);
      const promise = one(step).finally(() => running.delete(promise));
      running.add(promise);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  return { succeeded: done.size, ...(failure && { failure }) };
}
