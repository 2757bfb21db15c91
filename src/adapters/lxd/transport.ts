import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerCertificate } from 'node:tls';
import WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { LxdTarget } from '../../ports/lxd.ts';

export interface Request {
  readonly method: string;
  /** Path with its query: `/1.0/instances?project=x`. */
  readonly path: string;
  /** JSON unless bytes or a stream. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the answer's head must be there. */
  readonly deadline?: number;
}

export interface Transport {
  /** Members of one cluster are behind it. */
  readonly clustered: boolean;
  /** The raw answer: its body is still to be read. */
  send(request: Request): Promise<http.IncomingMessage>;
  socket(path: string): WebSocket;
  close(): void;
}

type Endpoint = {
  request(options: https.RequestOptions): http.ClientRequest;
  socket(path: string): WebSocket;
  close(): void;
  label: string;
};

/** Requests go to the endpoint that answered last; to the next only where no connection was made, so that nothing is done twice. */
export function transport(target: LxdTarget, deadline: number): Transport {
  const endpoints =
    'socket' in target ? [unixEndpoint(target.socket)] : target.endpoints.map((url) => tlsEndpoint(url, target));
  let preferred = 0;
  let closed = false;
  return {
    clustered: !('socket' in target),
    async send(request) {
      let last: unknown;
      const wasClosed = closed; // what is asked for after that is the end of what was begun before
      const attempts = endpoints.length * (request.method === 'GET' ? readRounds : 1);
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        if (attempt > 0 && attempt % endpoints.length === 0) await sleep(500);
        const index = (preferred + attempt) % endpoints.length;
        try {
          const answer = await attemptOn(endpoints[index] as Endpoint, request, request.deadline ?? deadline);
          preferred = index;
          return answer;
        } catch (error) {
          last = error;
          if (closed !== wasClosed || !mayTryNext(error, request)) break;
        }
      }
      throw unreachable(request, endpoints[preferred]?.label ?? '', last);
    },
    socket: (path) => (endpoints[preferred] as Endpoint).socket(path),
    close() {
      closed = true;
      for (const endpoint of endpoints) endpoint.close();
    },
  };
}

/** Milliseconds. */
const handshakeTimeout = 10_000;

function unixEndpoint(path: string): Endpoint {
  const agent = new http.Agent({ keepAlive: true });
  return {
    label: path,
    request: (options) => http.request({ ...options, socketPath: path, agent }),
    socket: (url) => new WebSocket(`ws+unix:${path}:${url}`, { handshakeTimeout }),
    close: () => agent.destroy(),
  };
}

function tlsEndpoint(url: string, target: Extract<LxdTarget, { endpoints: readonly string[] }>): Endpoint {
  const { hostname, port } = new URL(url);
  const { clientCertificate: cert, clientKey: key, serverCertificate: ca } = target;
  const tls = { cert, key, ca, checkServerIdentity: pinnedTo(ca) };
  const agent = new https.Agent({ keepAlive: true, ...tls });
  return {
    label: url,
    request: (options) => https.request({ ...options, hostname, port, agent }),
    socket: (path) => new WebSocket(`wss://${hostname}:${port}${path}`, { ...tls, handshakeTimeout } as object),
    close: () => agent.destroy(),
  };
}

/** Accepts exactly this certificate, whatever names it bears: a cluster's bears only its first member's. */
function pinnedTo(certificate: string): (host: string, shown: PeerCertificate) => Error | undefined {
  const pinned = new X509Certificate(certificate).fingerprint256;
  return (host, shown) =>
    shown.fingerprint256 === pinned
      ? undefined
      : Object.assign(new Error(`${host} shows another certificate`), { code: 'EPINNED' });
}

/** Milliseconds. A machine that is off says nothing at all, and another one may answer. */
const connectDeadline = 2000;

function attemptOn(
  endpoint: Endpoint,
  { method, path, body, headers }: Request,
  deadline: number,
): Promise<http.IncomingMessage> {
  const raw = body instanceof Uint8Array || typeof (body as Readable | undefined)?.pipe === 'function';
  const payload = body === undefined || raw ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const type = payload !== undefined && !raw ? { 'content-type': 'application/json' } : {};
    const request = endpoint.request({ method, path, headers: { ...type, ...headers } });
    const giveUp = (message: string, more: object) => () => request.destroy(Object.assign(new Error(message), more));
    const timers = [
      setTimeout(giveUp(`no answer within ${deadline / 1000} s`, { code: 'EDEADLINE' }), deadline),
      setTimeout(giveUp('no connection', { code: 'ETIMEDOUT', syscall: 'connect' }), connectDeadline),
    ] as const;
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(timers[1]));
      else clearTimeout(timers[1]);
    });
    request.once('error', (error) => {
      timers.forEach(clearTimeout);
      reject(error);
    });
    request.once('response', (answer) => {
      timers.forEach(clearTimeout);
      resolve(answer);
    });
    if (raw && !(payload instanceof Uint8Array))
      (payload as Readable).on('error', (error) => request.destroy(error)).pipe(request);
    else request.end(payload);
  });
}

/** A daemon that restarts (it does when it joins a cluster) cuts its connections; a read is simply asked again. */
const readRounds = 6;

const neverConnected = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ENOENT']);

function mayTryNext(error: unknown, request: Request): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' && neverConnected.has(code)) return code !== 'ENOENT';
  return request.method === 'GET' && code === 'ECONNRESET';
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

/** Milliseconds. */
const bodyDeadline = 30_000;

/** The whole body as text. */
export async function bodyText(answer: http.IncomingMessage): Promise<string> {
  const late = () => answer.destroy(new Error(`the answer stopped halfway for ${bodyDeadline / 1000} s`));
  const timer = setTimeout(late, bodyDeadline);
  try {
    return (await buffer(answer)).toString('utf8');
  } catch (cause) {
    const message = `LXD's answer broke off: ${(cause as Error).message}`;
    throw new RelevoError({ code: 'unreachable', message }, { cause });
  } finally {
    clearTimeout(timer);
  }
}
