import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { ExecOptions, ExecResult } from '../../ports/lxd.ts';
import { apiError, type Operation, parse } from './answers.ts';
import { type Api, withQuery } from './api.ts';
import { endsInSilence } from './endpoint.ts';
import { feed, isStream, Output, opened, sinkOf } from './exec-streams.ts';
import { bodyText } from './transport.ts';

export interface Started {
  readonly operation: Operation;
  open(fd: '0' | '1' | '2' | 'control'): WebSocket;
}

/** LXD begins the command when the sockets of all its streams are open, and gives it up where they are not within 5 s. */
export async function start(api: Api, name: string, body: Record<string, unknown>): Promise<Started> {
  const path = withQuery(`/1.0/instances/${name}/exec`, {}, api.project);
  const request = { method: 'POST', path, body: { 'wait-for-websocket': true, ...body } };
  const { type, error, error_code, metadata } = parse(await bodyText(await api.raw(request)), request);
  if (type === 'error') throw apiError(error_code, error, request);
  const operation = metadata as Operation;
  const secrets = (operation.metadata as { fds: Record<string, string> }).fds;
  const url = (fd: string) => {
    const query = { secret: secrets[fd] as string };
    return withQuery(`/1.0/operations/${operation.id}/websocket`, { query }, api.project);
  };
  return { operation, open: (fd) => api.transport.socket(url(fd)).on('error', () => {}) }; // `close` follows
}

/** Certainly not begun. */
class NotBegun extends RelevoError {}

/** LXD does not say that the command ended, or what it printed. */
class NotEnded extends RelevoError {}

/**
 * Runs a command in an instance. One that was not begun is tried again, and one that only looks is so too where LXD lost
 * sight of it or of its output (each seen about once in a thousand on a busy 5.0.2), unless some of that was handed on.
 */
export async function exec(
  api: Api,
  name: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const repeatable = options.onlyLooks === true && options.output === undefined && options.onLine === undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await execOnce(api, name, argv, options);
      if (result.whole || !repeatable) return result;
      throw new NotEnded({ code: 'unreachable', message: `the output of \`${argv[0]}\` in ${name} broke off` });
    } catch (error) {
      const lost = error instanceof NotBegun || (error instanceof NotEnded && repeatable);
      if (!lost || attempt === 3 || isStream(options.stdin)) throw error;
    }
  }
}

/** In the environment of a command that changes something for who leads: the next one waits for its end. */
export const leaderMark = 'RELEVO_LEADS';

async function execOnce(api: Api, name: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const { user, cwd, timeout = 60, onlyLooks = false } = options;
  const mark = api.transport.guarded && !onlyLooks ? { [leaderMark]: '1' } : {};
  const environment = { HOME: '/root', ...options.environment, ...mark };
  const started = await start(api, name, { command: argv, interactive: false, environment, user, cwd });
  const what = `\`${argv[0]}\` in ${name}`;
  const sockets = [started.open('control'), started.open('1'), started.open('2')] as const;
  const [control, out, err] = sockets;
  const [stdout, stderr] = [sinkOf('stdout', options), sinkOf('stderr', options)];
  const outputs = [new Output(out, stdout), new Output(err, stderr)] as const;
  let stdin: WebSocket | undefined;
  const over = new AbortController();
  const within = { deadline: (timeout + killGrace) * 1000, untold: onlyLooks ? untoldLook : untold };
  try {
    await Promise.all(sockets.map(opened)).catch((cause) => unopened(NotBegun, what, cause));
    stdin = started.open('0'); // now it begins
    await opened(stdin).catch((cause) => unopened(NotEnded, what, cause));
    const late = killWhen(control, timeout, options.signal, over.signal);
    const done = await Promise.race([
      untilEnded(api, started.operation, control, within, over).catch((cause) => notEnded(cause, what, sockets)),
      failure([feed(stdin, options.stdin, over.signal), ...outputs.map((output) => output.done)]),
    ]);
    if (late()) throw new RelevoError({ code: 'unreachable', message: `${what} did not end within ${timeout} s` });
    if (done.status_code >= 400)
      throw apiError(done.status_code, done.err, { method: 'POST', path: `/1.0/instances/${name}/exec` });
    for (const output of outputs) output.expectEnd();
    const whole = await Promise.all(outputs.map((output) => output.done));
    const code = Number(done.metadata?.['return'] ?? -1);
    return { code, stdout: stdout.end(), stderr: stderr.end(), whole: whole.every(Boolean) };
  } finally {
    over.abort();
    for (const socket of [...sockets, stdin]) socket?.terminate(); // LXD kills a command whose control is gone
  }
}

function unopened(Outcome: typeof NotBegun, what: string, cause: Error): never {
  if (cause instanceof RelevoError) throw cause;
  throw new Outcome({ code: 'unreachable', message: `no stream to ${what}: ${cause.message}` }, { cause });
}

function notEnded(cause: Error, what: string, sockets: readonly WebSocket[]): never {
  const states = ['connecting', 'open', 'closing', 'closed'];
  const names = ['control', 'stdout', 'stderr'];
  const lines = sockets.map(({ readyState }, index) => `${names[index]} ${states[readyState]}`);
  const evidence = { title: `streams of ${what}`, lines };
  throw new NotEnded({ code: 'unreachable', message: cause.message, evidence }, { cause });
}

/** Rejects as soon as one of them does. */
function failure(all: readonly Promise<unknown>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const each of all) each.catch(reject);
  });
}

/** Seconds that a killed command may take to be gone. */
const killGrace = 5;

/**
 * Milliseconds that LXD has to tell a command's end when its control is gone: by then it has ended, or was killed for that.
 * How one that only looked ended need not be known.
 */
const untold = 60_000;
export const untoldLook = 5000;

/** Resolves to the finished operation. `within`: milliseconds; `over` is aborted where its end is not told. */
export async function untilEnded(
  api: Api,
  operation: Operation,
  control: WebSocket,
  within: { readonly deadline: number; readonly untold: number },
  over: AbortController,
): Promise<Operation> {
  endsInSilence(control);
  let timer: NodeJS.Timeout | undefined;
  const ends = () => {
    api.operations.refresh(operation.id);
    timer = setTimeout(() => over.abort(), within.untold);
  };
  if (control.readyState === control.CLOSED) ends();
  else control.once('close', ends);
  try {
    return await api.operations.wait(operation, within.deadline, over.signal);
  } finally {
    control.off('close', ends);
    clearTimeout(timer);
  }
}

/** Kills the command when its time (seconds) is over or the caller gives up. Call what it returns: was it too late? */
function killWhen(
  control: WebSocket,
  timeout: number,
  givenUp: AbortSignal | undefined,
  over: AbortSignal,
): () => boolean {
  let late = false;
  const kill = () => {
    if (control.readyState === control.OPEN) control.send(JSON.stringify({ command: 'signal', signal: 9 }));
  };
  const overdue = () => {
    late = true;
    kill();
  };
  const timer = timeout === Infinity ? undefined : setTimeout(overdue, timeout * 1000);
  if (givenUp?.aborted) kill();
  givenUp?.addEventListener('abort', kill, { signal: over });
  over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return () => late;
}
