import type { MendConsent } from '../app/host.ts';
import { Journal } from '../app/journal.ts';
import type { Consent } from '../app/up.ts';
import type { Emit } from '../domain/event.ts';
import { exitCodes, type Failure, failureOf, RelevoError } from '../domain/failure.ts';
import type { Process, Signal } from '../ports/process.ts';
import { signalExits } from './exits.ts';
import { renderFailure } from './print/failure.ts';
import { renderPlan } from './print/plan.ts';
import { makeProgress, progressMode } from './print/progress.ts';
import { noteBlock } from './print/progress-lines.ts';
import type { Progress } from './print/progress-types.ts';
import { makeStyle, type Style } from './print/style.ts';
import { type Grace, watchSignals } from './signals.ts';

/** The terminal of one command. */
export interface Io {
  readonly json: boolean;
  readonly style: Style;
  /** Columns of the terminal; undefined where the output goes elsewhere. */
  readonly width: number | undefined;
  print(text: string): void;
  note(text: string): void;
  fail(failure: Failure): void;
  /** Into the command's journal, which is shown as it grows where the command is about events. */
  readonly emit: Emit;
  /** Asks; where nobody can answer, refuses and names the flag to pass. */
  confirm(question: string, yes: boolean): Promise<void>;
  /** To be done before a signal ends the process. */
  beforeEnd(undo: () => void | Promise<void>): void;
  end(): Promise<void>;
}

export interface Manner {
  readonly json: boolean;
  /** Events are shown; as JSON they are the output, so a failure is one as well. */
  readonly stream?: boolean;
}

export function terminal(process: Process, { json, stream = false }: Manner): Io {
  const { stdout, stderr, env } = process;
  const style = makeStyle({ isTTY: stdout.isTTY === true, env });
  const errorStyle = makeStyle({ isTTY: stderr.isTTY === true, env });
  const journal = new Journal(process.now);
  const undo: (() => void | Promise<void>)[] = [];
  if (stream) undo.push(showProgress(journal, () => startProgress(process, json, style)));
  return {
    ...{ json, style, emit: journal.add },
    width: stdout.isTTY ? stdout.columns || undefined : undefined, // 0: a terminal that does not tell
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    fail(failure) {
      if (json && stream) journal.add({ type: 'finished', ok: false, changed: 0, seconds: 0, failure });
      else if (json) stdout.write(`${JSON.stringify({ failure })}\n`);
      else stderr.write(`${renderFailure(failure, errorStyle)}\n`);
    },
    confirm: (question, yes) => confirm(process, question, yes),
    beforeEnd: (each) => void undo.push(each),
    end: async () => void (await Promise.all(undo.map((each) => each()))),
  };
}

/** The first event begins it, since nothing may be drawn while somebody is asked. Returns what ends it. */
function showProgress(journal: Journal, start: () => Progress): () => void {
  let progress: Progress | undefined;
  journal.follow(1, (event) => {
    progress ??= start();
    progress.event(event);
  });
  return () => progress?.close();
}

function startProgress(process: Process, json: boolean, style: Style): Progress {
  const { stdout, env } = process;
  return makeProgress(progressMode(json, { isTTY: stdout.isTTY === true, env }), {
    ...{ output: stdout, style },
    clock: process,
  });
}

async function confirm(process: Process, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new RelevoError({
      code: 'refused',
      message: `${question} Nobody can answer: this is no terminal.`,
      hint: 'pass --yes to go on without being asked',
    });
  }
  if (!/^y(es)?$/i.test((await process.ask(`${question} [y/N] `)).trim()))
    throw new RelevoError({ code: 'refused', message: 'not confirmed, so nothing was changed' });
}

/** A plan is shown, and asked for. */
export function consentOf(io: Io, yes: boolean): Consent {
  return {
    given: yes,
    async ask({ steps, notes, again }) {
      const plan = renderPlan(steps, io.style, io.width);
      if (!io.json && again) io.print(`Meanwhile something changed. What is to be done now:\n\n${plan}\n`);
      else if (!io.json && steps.length > 0) io.print(`${plan}\n`);
      for (const block of io.json ? [] : noteBlock(notes, io.style)) io.print(`${block}\n`);
      if (again || steps.length > 0) await io.confirm(again ? 'Go on with this plan?' : 'Go on?', yes);
    },
  };
}

/** What the host lacks is said, and whether it shall be installed is asked. */
export function mendConsent(io: Io, yes: boolean, whose: 'this host' | 'the hosts' = 'this host'): MendConsent {
  const [head, question] =
    whose === 'this host'
      ? ['This host lacks:', 'Install and start it?']
      : ['What can be mended on the hosts:', 'Mend it?'];
  return {
    async ask(missing) {
      const lines = missing.map(({ what, fix }) => `  ${what} → ${fix}`);
      if (!io.json) io.note([head, ...lines].join('\n'));
      await io.confirm(question, yes);
    },
    onLine: (line) => (io.json ? undefined : io.note(`  ${line}`)),
  };
}

/** Runs a command's body and turns what it throws, or the signal that ends it, into words and an exit code. */
export async function guarded(
  process: Process,
  io: Io,
  body: () => Promise<number>,
  whenInterrupted?: string,
  grace?: Grace,
): Promise<void> {
  const react = async (signal: Signal) => {
    await io.end();
    io.fail(interruption(signal, whenInterrupted));
  };
  using _ = watchSignals(process, react, grace);
  try {
    const code = await body();
    process.exitCode = grace?.ended === undefined ? code : signalExits[grace.ended];
  } catch (error) {
    const failure = withHint(failureOf(error));
    await io.end();
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
