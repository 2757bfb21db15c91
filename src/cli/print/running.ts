import type { EventBody } from '../../domain/event.ts';
import type { Failure } from '../../domain/failure.ts';
import { titleOf } from './steps.ts';
import { clean } from './text.ts';

type Of<T extends EventBody['type']> = Extract<EventBody, { type: T }>;
export type StepStarted = Of<'step-started'>;
export type StepEnded = Of<'step-succeeded'> | Of<'step-failed'>;
export type Finished = Of<'finished'>;

export interface Running {
  readonly title: string;
  readonly machine: string;
  /** On the printer's own clock. */
  readonly since: number;
  /** The last lines the step reported, oldest first. */
  readonly lines: string[];
}

const keptLines = 20;

/** The steps under way, in the order in which they began. */
export class RunningSteps {
  readonly #steps = new Map<string, Running>();

  start(started: StepStarted, since: number): void {
    const { step, machine = '' } = started;
    this.#steps.set(step, { title: titleOf(started), machine, since, lines: [] });
  }

  progress(step: string, line: string): void {
    const lines = this.#steps.get(step)?.lines;
    const text = clean(line).trimEnd();
    if (!lines || text === '') return;
    lines.push(text);
    if (lines.length > keptLines) lines.shift();
  }

  /** Takes the step out. */
  end(step: string): Running | undefined {
    const running = this.#steps.get(step);
    this.#steps.delete(step);
    return running;
  }

  clear(): void {
    this.#steps.clear();
  }

  list(): readonly Running[] {
    return [...this.#steps.values()];
  }
}

/** A failure that brings no evidence of its own gets the last lines of its step. */
export function withLastLines(failure: Failure, running: Running | undefined): Failure {
  if (failure.evidence || failure.diagnostics || !running || running.lines.length === 0) return failure;
  return { ...failure, evidence: { title: `last lines of: ${running.title}`, lines: running.lines } };
}
