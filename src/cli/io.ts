import { createInterface } from 'node:readline/promises';
import { failureOf } from '../apply/run.ts';
import type { Event, EventBody } from '../domain/event.ts';
import { exitCodes, type Failure, RelevoError } from '../domain/failure.ts';
import { renderFailure } from './print/failure.ts';
import { makeProgress, type Progress, progressMode } from './print/progress.ts';
import { makeStyle, type Style } from './print/style.ts';
import { type Signal, watchSignals } from './signals.ts';

/** The terminal of one command. */
export interface Io {
  readonly json: boolean;
  readonly style: Style;
  /** Columns of the terminal; undefined where the output goes elsewhere. */
  readonly width: number | undefined;
  print(text: string): void;
  note(text: string): void;
  fail(failure: Failure): void;
  progress(): { emit(event: EventBody): void; progress: Progress };
  /** Asks; where nobody can answer, refuses and names the flag to pass. */
  confirm(question: string, yes: boolean): Promise<void>;
  /** To be done before a signal ends the process. */
  beforeEnd(undo: () => void | Promise<void>): void;
  end(): Promise<void>;
}

export interface Manner {
  readonly json: boolean;
  /** The JSON is a stream of events, so a failure is one as well. */
  readonly stream?: boolean;
}

export function terminal({ json, stream = false }: Manner): Io {
  const style = makeStyle({ isTTY: process.stdout.isTTY === true, env: process.env });
  const errorStyle = makeStyle({ isTTY: process.stderr.isTTY === true, env: process.env });
  const undo: (() => void | Promise<void>)[] = [];
  return {
    ...{ json, style, confirm },
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    fail(failure) {
      if (json) process.stdout.write(`${JSON.stringify(stream ? failedRun(failure) : { failure })}\n`);
      else process.stderr.write(`${renderFailure(failure, errorStyle)}\n`);
    },
    progress() {
      const started = startProgress(json, style);
      undo.push(() => started.progress.close());
      return started;
    },
    beforeEnd: (each) => void undo.push(each),
    end: async () => void (await Promise.all(undo.map((each) => each()))),
  };
}

function failedRun(failure: Failure): Event {
  return { at: new Date().toISOString(), type: 'finished', ok: false, changed: 0, seconds: 0, failure };
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
  if (!/^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()))
    throw new RelevoError({ code: 'refused', message: 'not confirmed, so nothing was changed' });
}

/** Ctrl-D is an empty answer. Ctrl-C is only a key to the reader, so it is made a signal again. */
async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => {
    reader.on('close', () => resolve(''));
  });
  const answer = await Promise.race([reader.question(question), closed]);
  reader.close();
  return answer;
}

/** Runs a command's body and turns what it throws, or the signal that ends it, into words and an exit code. */
export async function guarded(io: Io, body: () => Promise<number>, whenInterrupted?: string): Promise<void> {
  using _ = watchSignals(async (signal) => {
    await io.end();
    io.fail(interruption(signal, whenInterrupted));
  });
  try {
    process.exitCode = await body();
  } catch (error) {
    const failure = withHint(failureOf(error));
    io.fail(failure);
    process.exitCode = exitCodes[failure.code];
  }
}

function withHint(failure: Failure): Failure {
  if (failure.code !== 'unreachable' || failure.hint !== undefined) return failure;
  return { ...failure, hint: '`relevo doctor` tells whether LXD runs' };
}

function interruption(signal: Signal, next: string | undefined): Failure {
  const what = signal === 'SIGINT' ? 'interrupted' : `interrupted by ${signal}`;
  return { code: 'interrupted', message: next === undefined ? what : `${what}; ${next}` };
}
