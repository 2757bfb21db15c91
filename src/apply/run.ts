import type { Emit } from '../domain/event.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import type { Step } from '../domain/step.ts';
import { headOf } from './summary.ts';
import { type Lane, laneOf, Widths } from './widths.ts';

export interface RunResult {
  readonly succeeded: number;
  readonly failure?: Failure;
}

/** Does one step; reports its progress line by line. */
export type Act = (step: Step, onLine: (line: string) => void) => Promise<void>;

/**
 * Runs the steps, each as soon as those it comes after have succeeded and there is room for it.
 * After a failure nothing new is begun, and what runs is let finish.
 */
export async function runSteps(
  steps: readonly Step[],
  act: Act,
  emit: Emit,
  elapsed: () => number,
): Promise<RunResult> {
  const widths = new Widths(steps);
  const queue = new Queue(steps, widths);
  let running = 0;
  let succeeded = 0;
  let failure: Failure | undefined;
  const { promise: end, resolve, reject } = Promise.withResolvers<void>();

  const one = async (step: Step) => {
    const head = headOf(step);
    const start = elapsed();
    const seconds = () => (elapsed() - start) / 1000;
    emit({ type: 'step-started', ...head });
    try {
      await act(step, (line) => emit({ type: 'step-progress', step: step.id, line }));
      succeeded += 1;
      queue.done(step);
      emit({ type: 'step-succeeded', ...head, seconds: seconds() });
    } catch (error) {
      const found = failureOf(error);
      failure ??= found;
      emit({ type: 'step-failed', ...head, seconds: seconds(), failure: found });
    }
  };
  const begin = () => {
    for (const step of failure === undefined ? queue.take() : []) {
      running += 1;
      one(step).then(() => {
        widths.leave(step);
        running -= 1;
        begin();
      }, reject);
    }
    if (running === 0) resolve();
  };
  begin();
  await end;
  return { succeeded, ...(failure && { failure }) };
}

/** Steps whose turn has come, in the order of the plan within each lane. */
class Queue {
  readonly #widths: Widths;
  readonly #waiting: Map<string, number>;
  readonly #followers: ReadonlyMap<string, Step[]>;
  readonly #ready = new Map<Lane, Step[]>();

  constructor(steps: readonly Step[], widths: Widths) {
    this.#widths = widths;
    this.#followers = new Map(steps.map(({ id }) => [id, []]));
    this.#waiting = new Map(steps.map(({ id, after }) => [id, after.length]));
    for (const step of steps) for (const id of step.after) this.#followers.get(id)?.push(step);
    for (const step of steps) if (step.after.length === 0) this.#add(step);
  }

  #add(step: Step): void {
    const lane = laneOf(step);
    this.#ready.set(lane, this.#ready.get(lane) ?? []);
    this.#ready.get(lane)?.push(step);
  }

  done({ id }: Step): void {
    for (const step of this.#followers.get(id) ?? []) {
      const left = (this.#waiting.get(step.id) ?? 0) - 1;
      this.#waiting.set(step.id, left);
      if (left === 0) this.#add(step);
    }
  }

  /** Those that may begin now; each is given once. */
  take(): readonly Step[] {
    const taken: Step[] = [];
    for (const [lane, ready] of this.#ready) {
      for (let at = 0; at < ready.length && this.#widths.isOpen(lane); ) {
        if (this.#widths.enter(ready[at] as Step)) taken.push(...ready.splice(at, 1));
        else at += 1;
      }
    }
    return taken;
  }
}
