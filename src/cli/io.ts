import { createInterface } from 'node:readline/promises';
import { failureOf } from '../apply/run.ts';
import type { Event, EventBody } from '../domain/event.ts';
import { exitCodes, type Failure, RelevoError } from '../domain/failure.ts';
import { renderFailure } from './print/failure.ts';
import { makeProgress, type Progress, progressMode } from './print/progress.ts';
import { makeStyle, type Style } from './print/style.ts';

/** The terminal of one command. */
export interface Io {
  readonly json: boolean;
  readonly style: Style;
  print(text: string): void;
  note(text: string): void;
  fail(failure: Failure): void;
  progress(): { emit(event: EventBody): void; progress: Progress };
  /** Asks; where nobody can answer, refuses and names the flag to pass. */
  confirm(question: string, yes: boolean): Promise<void>;
}

export function terminal(json: boolean): Io {
  const style = makeStyle({ isTTY: process.stdout.isTTY === true, env: process.env });
  const errorStyle = makeStyle({ isTTY: process.stderr.isTTY === true, env: process.env });
  return {
    ...{ json, style },
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    fail: (failure) =>
      void (json
        ? process.stdout.write(`${JSON.stringify({ failure })}\n`)
        : process.stderr.write(`${renderFailure(failure, errorStyle)}\n`)),
    progress: () => startProgress(json, style),
    confirm,
  };
}

function startProgress(json: boolean, style: Style): ReturnType<Io['progress']> {
  const mode = progressMode(json, { isTTY: process.stdout.isTTY === true, env: process.env });
  const clock = {
    elapsed: () => performance.now(),
    every(milliseconds: number, tick: () => void) {
      const timer = setInterval(tick, milliseconds);
      return () => clearInterval(timer);
    },
  };
  const progress = makeProgress(mode, { output: process.stdout, clock, style });
  const emit = (event: EventBody) => progress.event({ at: new Date().toISOString(), ...event } as Event);
  return { emit, progress };
}

async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new RelevoError({
      code: 'refused',
      message: `${question} Nobody is there to answer.`,
      hint: 'pass --yes to go on without being asked',
    });
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(`${question} [y/N] `);
  reader.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new RelevoError({ code: 'refused', message: 'not confirmed, so nothing was changed' });
}

/** Runs a command's body and turns what it throws into words and an exit code. */
export async function guarded(io: Io, body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    const failure = failureOf(error);
    io.fail(failure);
    process.exitCode = exitCodes[failure.code];
  }
}
