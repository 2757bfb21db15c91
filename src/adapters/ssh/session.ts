import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { RelevoError } from '../../domain/failure.ts';
import type { Secret } from '../../domain/secret.ts';
import { ready } from './command.ts';
import { isWrongPassword } from './failures.ts';
import type { Sink } from './output.ts';

/** What one ssh process has to do. */
export interface Job {
  readonly argv: readonly string[];
  /** Said before the far shell is ready: sudo reads it. */
  readonly password?: Secret | undefined;
  /** Sent once it is. */
  readonly script: string;
  readonly stdin?: string | Uint8Array | Readable | undefined;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Milliseconds until the far shell must be ready. */
  readonly patience: number;
  /** Milliseconds from then on until it must have ended; Infinity: none. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Ended {
  readonly code: number;
  /** The script was sent. */
  readonly begun: boolean;
  /** It was killed because its time was over. */
  readonly late: boolean;
  /** What ssh, sudo or the far shell said before the script began. */
  readonly said: string;
}

/** Nobody may be asked by another way than ours: it has no terminal, and leads a session of its own. */
const quiet = { SSH_ASKPASS_REQUIRE: 'never', LC_ALL: 'C' };

/** Bytes of what ssh says that are kept for people. */
const mostSaid = 4096;

/** Runs one ssh process to its end. */
export async function runJob(job: Job): Promise<Ended> {
  const [program = '', ...argv] = job.argv;
  const child = spawn(program, argv, { stdio: 'pipe', detached: true, env: { ...process.env, ...quiet } });
  const run = new Run(child, job);
  const abort = () => run.kill();
  job.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await run.ended;
  } finally {
    job.signal?.removeEventListener('abort', abort);
  }
}

class Run {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #job: Job;
  #begun = false;
  #late = false;
  #trouble: unknown;
  #before = Buffer.alloc(0);
  #said = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcessWithoutNullStreams, job: Job) {
    this.#child = child;
    this.#job = job;
    this.#limit(job.patience);
    child.stdin.on('error', () => {}); // it did not read its input: its exit code tells the rest
    if (job.password !== undefined) child.stdin.write(`${job.password.reveal()}\n`);
    child.stdout.on('data', (piece: Buffer) => this.#out(piece));
    child.stderr.on('data', (piece: Buffer) => this.#err(piece));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(this.#timer);
        reject(noSsh(error));
      });
      child.once('close', (code) => {
        clearTimeout(this.#timer);
        if (this.#trouble !== undefined) return reject(this.#trouble);
        const said = this.#begun ? this.#said : `${this.#before}${this.#said}`;
        resolve({ code: code ?? 255, begun: this.#begun, late: this.#late, said });
      });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.destroy();
  }

  #limit(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (milliseconds === Infinity) return;
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.kill();
    }, milliseconds);
  }

  #out(piece: Buffer): void {
    if (this.#begun) {
      this.#pass(this.#job.stdout, this.#child.stdout, piece);
      return;
    }
    this.#before = Buffer.concat([this.#before, piece]);
    const at = this.#before.indexOf(`${ready}\n`);
    if (at === -1) {
      this.#before = this.#before.subarray(-mostSaid);
      return;
    }
    const rest = this.#before.subarray(at + ready.length + 1);
    this.#begin();
    if (rest.length > 0) this.#pass(this.#job.stdout, this.#child.stdout, rest);
  }

  #err(piece: Buffer): void {
    if (this.#said.length < mostSaid) this.#said += piece;
    if (this.#begun) this.#pass(this.#job.stderr, this.#child.stderr, piece);
    else if (isWrongPassword(this.#said)) this.kill(); // sudo would wait for another one
  }

  #begin(): void {
    this.#begun = true;
    this.#said = '';
    this.#limit(this.#job.deadline);
    const { stdin } = this.#child;
    const { script, stdin: input } = this.#job;
    stdin.write(script);
    if (input instanceof Readable) input.once('error', () => this.kill()).pipe(stdin);
    else stdin.end(input ?? '');
  }

  #pass(sink: Sink, from: Readable, piece: Buffer): void {
    try {
      const more = sink.take(piece);
      if (more === undefined) return;
      from.pause();
      void more.then(() => from.resume());
    } catch (error) {
      this.#trouble = error;
      this.kill();
    }
  }
}

function noSsh(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  const hint = 'install the OpenSSH client: apt-get install openssh-client';
  return new RelevoError({ code: 'host-lacks', message: 'the program `ssh` is not installed', hint }, { cause: error });
}
