import type { Readable } from 'node:stream';
import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { ExecOptions, ExecResult, Terminal } from '../../ports/lxd.ts';
import { type Api, apiError, type Operation, withQuery } from './api.ts';
import { bodyText } from './transport.ts';

interface Started {
  readonly operation: Operation;
  open(fd: '0' | '1' | '2' | 'control'): WebSocket;
}

async function start(api: Api, name: string, body: Record<string, unknown>): Promise<Started> {
  const path = withQuery(`/1.0/instances/${name}/exec`, {}, api.project);
  const answer = await api.raw({ method: 'POST', path, body: { 'wait-for-websocket': true, ...body } });
  const envelope = JSON.parse(await bodyText(answer)) as {
    type: string;
    error: string;
    error_code: number;
    metadata: Operation;
  };
  if (envelope.type === 'error') throw apiError(envelope.error_code, envelope.error, { method: 'POST', path });
  const operation = envelope.metadata;
  const secrets = (operation.metadata as { fds: Record<string, string> }).fds;
  return {
    operation,
    open: (fd) =>
      api.transport.socket(
        withQuery(
          `/1.0/operations/${operation.id}/websocket`,
          { query: { secret: secrets[fd] as string } },
          api.project,
        ),
      ),
  };
}

/** LXD begins no command before all of its streams are open. */
class NotBegun extends RelevoError {}

/** LXD does not say that the command ended, or what it printed. */
class NotEnded extends RelevoError {}

/**
 * Runs a command in an instance; its output is collected and handed on line by line. One that was not begun is tried again,
 * and one that only looks is so too where LXD lost sight of it or of its output (each seen about once in a thousand on a
 * busy 5.0.2).
 */
export async function exec(
  api: Api,
  name: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await execOnce(api, name, argv, options);
      if (result.whole || options.onlyLooks !== true) return result;
      throw outputLost(name, argv);
    } catch (error) {
      const lost = error instanceof NotBegun || (error instanceof NotEnded && options.onlyLooks === true);
      if (!lost || attempt === 3 || isStream(options.stdin)) throw error;
    }
  }
}

/** It can be read once only. */
function isStream(input: ExecOptions['stdin']): input is Readable {
  return typeof (input as Readable | undefined)?.pipe === 'function';
}

async function execOnce(api: Api, name: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const { environment = {}, user, cwd, timeout = 60 } = options;
  const body = { command: argv, interactive: false, environment: { HOME: '/root', ...environment }, user, cwd };
  const started = await start(api, name, body);
  const control = started.open('control');
  control.on('error', () => {}); // closed by the server when the command ends
  const [stdin, out, err] = [started.open('0'), started.open('1'), started.open('2')];
  const outputs = Promise.all([collect(out, 'stdout', options), collect(err, 'stderr', options)]);
  outputs.catch(() => {}); // told below, where they are awaited
  feed(stdin, options.stdin);
  const watch = killWhen(control, timeout, options.signal);
  try {
    const ended = api.operations.wait(started.operation, (timeout + killGrace) * 1000);
    const done = await Promise.race([
      ended.catch((cause) => Promise.reject(notEnded(cause, name, argv, { control, stdin, out, err }))),
      unopened([stdin, out, err], name),
    ]);
    if (watch.late()) throw lateError(name, argv, timeout);
    if (done.status_code >= 400)
      throw apiError(done.status_code, done.err, { method: 'POST', path: `/1.0/instances/${name}/exec` });
    const [stdout, stderr] = await outputs;
    const code = Number(done.metadata?.['return'] ?? -1);
    return { code, stdout: stdout.text, stderr: stderr.text, whole: stdout.whole && stderr.whole };
  } finally {
    watch.end();
    for (const socket of [control, stdin, out, err]) socket.terminate();
  }
}

function outputLost(name: string, argv: readonly string[]): RelevoError {
  return new NotEnded({ code: 'unreachable', message: `the output of \`${argv[0]}\` in ${name} broke off` });
}

function notEnded(
  cause: Error,
  name: string,
  argv: readonly string[],
  sockets: Readonly<Record<string, WebSocket>>,
): RelevoError {
  const states = ['connecting', 'open', 'closing', 'closed'];
  const lines = Object.entries(sockets).map(([stream, { readyState }]) => `${stream} ${states[readyState]}`);
  const evidence = { title: `streams of \`${argv[0]}\` in ${name}`, lines };
  return new NotEnded({ code: 'unreachable', message: cause.message, evidence }, { cause });
}

/** Seconds that a killed command may take to be gone. */
const killGrace = 5;

/** Kills the command when its time is over or the caller gives up. */
function killWhen(control: WebSocket, timeout: number, signal: AbortSignal | undefined) {
  let late = false;
  const kill = () =>
    control.readyState === control.OPEN && control.send(JSON.stringify({ command: 'signal', signal: 9 }));
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeout * 1000);
  signal?.addEventListener('abort', kill, { once: true });
  return {
    late: () => late,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    },
  };
}

/** Rejects when one of the streams can't be opened. */
function unopened(sockets: readonly WebSocket[], name: string): Promise<never> {
  return new Promise((_, reject) => {
    for (const socket of sockets) {
      let opened = false;
      socket.once('open', () => {
        opened = true;
      });
      socket.once('error', ({ message }) => {
        if (opened) return;
        reject(new NotBegun({ code: 'unreachable', message: `no stream to a command in ${name}: ${message}` }));
      });
    }
  });
}

function lateError(name: string, argv: readonly string[], timeout: number): RelevoError {
  return new RelevoError({ code: 'unreachable', message: `\`${argv[0]}\` in ${name} did not end within ${timeout} s` });
}

interface Collected {
  readonly text: string;
  /** LXD told its end; a connection may break off before. */
  readonly whole: boolean;
}

function collect(socket: WebSocket, stream: 'stdout' | 'stderr', { onLine }: ExecOptions): Promise<Collected> {
  const decoder = new TextDecoder();
  let text = '';
  let rest = '';
  let whole = false;
  socket.on('message', (data, binary) => {
    if (!binary) {
      whole = true;
      return socket.close();
    }
    const piece = decoder.decode(data as Buffer, { stream: true });
    text += piece;
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, stream);
    return undefined;
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      if (rest !== '') onLine?.(rest, stream);
      resolve({ text, whole });
    });
  });
}

/** A text frame ends the command's input. */
function feed(socket: WebSocket, input: ExecOptions['stdin']): void {
  socket.on('error', () => {}); // a command that does not read its input closes it early
  socket.on('open', async () => {
    if (isStream(input)) {
      for await (const chunk of input) socket.send(chunk as Buffer);
    } else if (input !== undefined && input.length > 0) {
      socket.send(Buffer.from(input));
    }
    socket.send('');
  });
}

/** A command on the caller's terminal: raw keys in, output as it comes, the window's size followed. */
export async function execInteractive(
  api: Api,
  name: string,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { input, output } = terminal;
  const size = { width: output.columns ?? 80, height: output.rows ?? 24 };
  const environment = { HOME: '/root', TERM: process.env['TERM'] ?? 'xterm', USER: 'root' };
  const started = await start(api, name, { command: argv, interactive: true, environment, ...size });
  const [data, control] = [started.open('0'), started.open('control')];
  control.on('error', () => {}); // closed by the server when the command ends
  data.on('error', () => {});
  data.on('message', (piece, binary) => binary && output.write(piece as Buffer));
  const keys = (chunk: Buffer) => data.readyState === data.OPEN && data.send(chunk);
  const resize = () =>
    control.readyState === control.OPEN &&
    control.send(
      JSON.stringify({
        command: 'window-resize',
        args: { width: String(output.columns), height: String(output.rows) },
      }),
    );
  data.on('open', () => input.on('data', keys).resume());
  output.on('resize', resize);
  input.setRawMode?.(true);
  try {
    const done = await api.operations.wait(started.operation, 2 ** 31 - 1);
    return Number(done.metadata?.['return'] ?? -1);
  } finally {
    input.setRawMode?.(false);
    input.off('data', keys).pause();
    output.off('resize', resize);
    for (const socket of [data, control]) socket.terminate();
  }
}
