import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { ExecOptions } from '../../ports/lxd.ts';

/** Where a command's output goes. `take` resolves when more may come. */
interface Sink {
  take(piece: Buffer): Promise<void> | undefined;
  /** All that was collected. */
  end(): string;
}

/** Bytes that are collected of each stream. */
const collectable = 64 * 2 ** 20;

export function sinkOf(stream: 'stdout' | 'stderr', { output, onLine }: ExecOptions): Sink {
  if (output !== undefined) return handedTo(output[stream]);
  return onLine === undefined ? collected() : inLines((line) => onLine(line, stream));
}

function handedTo(output: Writable): Sink {
  const take = (piece: Buffer) =>
    new Promise<void>((resolve, reject) => {
      output.write(piece, (cause) => (cause ? reject(untaken(cause)) : resolve()));
    });
  return { take, end: () => '' };
}

function untaken(cause: Error): RelevoError {
  return new RelevoError(
    { code: 'failed', message: `the command's output can't be written: ${cause.message}` },
    { cause },
  );
}

function inLines(onLine: (line: string) => void): Sink {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    take(piece) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      return undefined;
    },
    end() {
      if (rest !== '') onLine(rest);
      return '';
    },
  };
}

function collected(): Sink {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    async take(piece) {
      size += piece.length;
      if (size > collectable)
        throw new RelevoError({
          code: 'failed',
          message: `the command printed more than ${collectable / 2 ** 20} MiB`,
        });
      pieces.push(piece);
    },
    end: () => Buffer.concat(pieces).toString('utf8'),
  };
}

/** Milliseconds without a byte, after the command has ended, until its output is given up. */
const stall = 5000;

/** A command's output: read as fast as the sink takes it. */
export class Output {
  /** Resolves when the stream has ended, to whether all of it arrived: a connection may break off before LXD told its end. */
  readonly done: Promise<boolean>;
  readonly #socket: WebSocket;
  #whole = false;
  #ending = false;
  #taking = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, sink: Sink) {
    this.#socket = socket;
    this.done = new Promise((resolve, reject) => {
      let taken: Promise<unknown> = Promise.resolve();
      socket.on('message', (data, binary) => {
        if (!binary) {
          this.#whole = true;
          return socket.close();
        }
        const taking = sink.take(data as Buffer);
        if (taking !== undefined) taken = Promise.all([taken, this.#pausedFor(taking)]);
        taken.catch(reject);
        return this.#watch();
      });
      socket.on('error', () => {}); // `close` follows
      socket.on('close', () => {
        clearTimeout(this.#timer);
        void taken.then(() => resolve(this.#whole), reject);
      });
    });
    this.done.catch(() => {}); // told to who awaits it
  }

  /** The command has ended: nothing but what is under way still comes. */
  expectEnd(): void {
    this.#ending = true;
    this.#watch();
  }

  async #pausedFor(taking: Promise<void>): Promise<void> {
    this.#taking += 1;
    this.#socket.pause();
    await taking;
    this.#taking -= 1;
    if (this.#taking > 0) return;
    this.#socket.resume();
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const waits = this.#ending && this.#taking === 0 && this.#socket.readyState !== this.#socket.CLOSED;
    if (waits) this.#timer = setTimeout(() => this.#socket.terminate(), stall);
  }
}

/** LXD reads each message as a whole. */
const messageSize = 64 * 1024;

/**
 * Sends the input as fast as it is taken, then the text frame that ends it. Rejects where the input can't be read; a command
 * that does not read it closes the socket early, which is no error. `ended`: the input is not needed any more.
 */
export async function feed(socket: WebSocket, input: ExecOptions['stdin'], ended: AbortSignal): Promise<void> {
  const source = isStream(input) ? input : Readable.from(pieces(Buffer.from(input ?? '')));
  const stop = () => source.destroy();
  ended.addEventListener('abort', stop);
  socket.once('close', stop);
  source.on('error', () => {}); // one that comes while it is read is thrown below; later it does not matter
  try {
    for await (const piece of source) if (!(await sent(socket, piece))) return;
  } catch (cause) {
    if (ended.aborted || source.errored === null || socket.readyState !== socket.OPEN) return;
    throw new RelevoError(
      { code: 'failed', message: `the command's input can't be read: ${(cause as Error).message}` },
      { cause },
    );
  }
  if (socket.readyState === socket.OPEN) socket.send('');
}

/** False where it can't be any more. */
function sent(socket: WebSocket, piece: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    socket.send(Buffer.from(piece as Uint8Array), (error) => resolve(error === undefined || error === null));
  });
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += messageSize) yield bytes.subarray(at, at + messageSize);
}

/** It can be read once only. */
export function isStream(input: ExecOptions['stdin']): input is Readable {
  return typeof (input as Readable | undefined)?.pipe === 'function';
}

export async function opened(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.OPEN) await once(socket, 'open');
}
