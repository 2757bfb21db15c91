import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Process, Signal } from '../../ports/process.ts';
import { missingProgram } from './run.ts';
import { nodeSystem } from './system.ts';

const signals: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Another program has taken this one's place: what signals mean is its affair. */
let handedOver = false;

/** The real process and host. */
export function nodeProcess(): Process {
  return {
    ...nodeSystem(),
    argv: process.argv.slice(2),
    command: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    pid: process.pid,
    cwd: process.cwd(),
    // each is opened when it is asked for: a pipe that nobody reads would keep the process alive
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    get exitCode() {
      return Number(process.exitCode ?? 0);
    },
    set exitCode(code) {
      process.exitCode = code;
    },
    exit: (code) => process.exit(code),
    onSignal,
    ask,
    every(milliseconds, tick) {
      const timer = setInterval(tick, milliseconds);
      return () => clearInterval(timer);
    },
    handOver,
  };
}

function onSignal(react: (signal: Signal) => void): Disposable {
  const watchers = signals.map((signal) => [signal, () => void (handedOver || react(signal))] as const);
  for (const [signal, watcher] of watchers) process.on(signal, watcher);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, watcher] of watchers) process.off(signal, watcher);
    },
  };
}

/** Ctrl-C is only a key to the reader, so it is made a signal again. */
async function ask(question: string, { hidden = false } = {}): Promise<string> {
  const unseen = new Writable({ write: (_piece, _encoding, done) => done() });
  const output = hidden ? unseen : process.stderr;
  const reader = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  if (hidden) process.stderr.write(question);
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => {
    reader.on('close', () => resolve(''));
  });
  const answer = await Promise.race([reader.question(hidden ? '' : question), closed]);
  reader.close();
  if (hidden) process.stderr.write('\n');
  return answer;
}

/** Keys like Ctrl-C reach the program by itself, so this process only has to outlive them. */
function handOver([program = '', ...argv]: readonly string[]): Promise<number> {
  handedOver = true;
  const child = spawn(program, argv, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  }
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(missingProgram(program, error)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
  });
}
