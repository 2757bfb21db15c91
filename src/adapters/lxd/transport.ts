import type http from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { LxdTarget } from '../../ports/lxd.ts';
import { type Endpoint, interrupted, tlsEndpoint, unixEndpoint, whenReady } from './endpoint.ts';

export interface Request {
  readonly method: string;
  /** Path with its query: `/1.0/instances?project=x`. */
  readonly path: string;
  /** JSON unless bytes or a stream. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that may pass without a byte in either direction. */
  readonly deadline?: number;
}

export interface Transport {
  /** The raw answer: its body is still to be read, and breaks off where it stalls for the deadline. */
  send(request: Request): Promise<http.IncomingMessage>;
  /** On the endpoint that answered last. Not tried elsewhere, but the next one is. */
  socket(path: string): WebSocket;
  /** Writes are guarded: they are those of who leads. */
  readonly guarded: boolean;
  /** The same connections; `mayWrite` is asked right before the bytes of anything but a read are written. */
  guardedBy(mayWrite: () => boolean): Transport;
  /** Of its endpoints, by URL: the others' connections end. */
  useOnly(urls: readonly string[]): void;
  /** Ends all that is under way. What is asked for afterwards opens new connections: the end of what was begun before. */
  close(): void;
}

/**
 * Requests go to the endpoint that answered last. To the next one only where nothing was sent yet, or where it is a read:
 * nothing is done twice.
 */
export function transport(target: LxdTarget, deadline: number): Transport {
  const all =
    'socket' in target ? [unixEndpoint(target.socket)] : target.endpoints.map((url) => tlsEndpoint(url, target));
  let used: readonly Endpoint[] = all;
  let preferred = all[0] as Endpoint;
  let closed = false;
  const pass = (failed: Endpoint) => {
    failed.failed();
    if (preferred === failed) preferred = used[(used.indexOf(failed) + 1) % used.length] as Endpoint;
  };
  const send = async (request: Request, mayWrite: () => boolean): Promise<http.IncomingMessage> => {
    const wasClosed = closed; // what is asked for after that is the end of what was begun before
    const budget = new Budget(request, request.deadline ?? deadline, used.length);
    for (;;) {
      const endpoint = preferred;
      const progress = { sent: false };
      try {
        await endpoint.open();
        return await attemptOn(endpoint, request, budget.patience, mayWrite, progress);
      } catch (error) {
        if (error instanceof RelevoError) throw error;
        pass(endpoint);
        const again =
          closed === wasClosed &&
          mayTryNext(error, request, progress.sent, 'socket' in target) &&
          (await budget.allows());
        if (!again) throw unreachable(request, endpoint.label, error);
      }
    }
  };
  const socket = (path: string, mayOpen: () => boolean) => {
    const endpoint = preferred;
    const opening = endpoint.socket(path, mayOpen);
    const failed = () => {
      pass(endpoint);
      endpoint.open().catch(() => {}); // the next one that needs it asks again
    };
    return opening.once('error', failed).once('open', () => opening.off('error', failed));
  };
  const through = (guard: (() => boolean) | undefined): Transport => ({
    guarded: guard !== undefined,
    send: (request) => send(request, guard ?? always),
    socket: (path) => socket(path, guard ?? always),
    guardedBy: through,
    useOnly(urls) {
      used = all.filter(({ label }) => urls.includes(label));
      if (!used.includes(preferred)) preferred = used[0] as Endpoint;
      for (const endpoint of all) if (!used.includes(endpoint)) endpoint.close();
    },
    close() {
      closed = true;
      for (const endpoint of all) endpoint.close();
    },
  });
  return through(undefined);
}

const always = () => true;

/**
 * How long one request is tried: on each endpoint once; and a read, since a daemon that restarts (it does when it joins a
 * cluster) cuts its connections, on all of them again while its deadline lasts.
 */
class Budget {
  /** Milliseconds for one attempt: where there are others, a read asks them before its deadline is over. */
  readonly patience: number;
  readonly #endpoints: number;
  readonly #rounds: number;
  readonly #end: number;
  #attempts = 0;

  constructor({ method }: Request, deadline: number, endpoints: number) {
    const reads = method === 'GET';
    this.patience = reads && endpoints > 1 ? Math.min(deadline, elsewhereAfter) : deadline;
    this.#endpoints = endpoints;
    this.#rounds = reads ? 6 : 1;
    this.#end = performance.now() + deadline;
  }

  /** After an attempt that failed. */
  async allows(): Promise<boolean> {
    this.#attempts += 1;
    if (this.#attempts % this.#endpoints !== 0) return true;
    if (this.#attempts === this.#endpoints * this.#rounds || performance.now() >= this.#end) return false;
    await sleep(500);
    return true;
  }
}

/** Milliseconds. One call of a cluster that lost its leader hung for 40 s while its repetition was answered at once. */
const elsewhereAfter = 10_000;

/** Without its own socket there is no LXD on this host. */
function mayTryNext(error: unknown, request: Request, sent: boolean, own: boolean): boolean {
  return !(own && (error as NodeJS.ErrnoException).code === 'ENOENT') && (!sent || request.method === 'GET');
}

function attemptOn(
  endpoint: Endpoint,
  { method, path, body, headers }: Request,
  deadline: number,
  mayWrite: () => boolean,
  progress: { sent: boolean },
): Promise<http.IncomingMessage> {
  const raw = body instanceof Uint8Array || isStream(body);
  const payload = body === undefined || raw ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const type = payload !== undefined && !raw ? { 'content-type': 'application/json' } : {};
    const request = endpoint.request({ method, path, headers: { ...type, ...headers } });
    let answer: http.IncomingMessage | undefined;
    const giveUp = (message: string) => () => (answer ?? request).destroy(new Error(message));
    const { event, limit } = endpoint.patience();
    const unconnected = setTimeout(giveUp('no connection'), limit);
    request.setTimeout(deadline, giveUp(`no answer within ${deadline / 1000} s`));
    request.once('socket', (socket) =>
      request.reusedSocket || (event === 'connect' && !socket.connecting)
        ? clearTimeout(unconnected)
        : socket.once(event, () => clearTimeout(unconnected)),
    );
    request.once('close', () => clearTimeout(unconnected));
    request.on('error', reject);
    request.once('response', (head) => {
      answer = head;
      resolve(head);
    });
    whenReady(request, () => {
      if (method !== 'GET' && !mayWrite()) return request.destroy(interrupted());
      progress.sent = true;
      if (isStream(payload)) return payload.on('error', (error) => request.destroy(error)).pipe(request);
      return request.end(payload);
    });
  });
}

function isStream(body: unknown): body is Readable {
  return typeof (body as Readable | undefined)?.pipe === 'function';
}

function unreachable(request: Request, label: string, cause: unknown): RelevoError {
  const { message } = cause as Error;
  return new RelevoError(
    {
      code: 'unreachable',
      message: `LXD at ${label} does not answer (${request.method} ${request.path.split('?')[0]}): ${message}`,
    },
    { cause },
  );
}

/** The whole body. */
export async function bodyBytes(answer: http.IncomingMessage): Promise<Buffer> {
  return buffer(answer).catch(brokeOff);
}

export async function bodyText(answer: http.IncomingMessage): Promise<string> {
  return (await bodyBytes(answer)).toString('utf8');
}

export function brokeOff(cause: Error): never {
  throw new RelevoError({ code: 'unreachable', message: `LXD's answer broke off: ${cause.message}` }, { cause });
}
