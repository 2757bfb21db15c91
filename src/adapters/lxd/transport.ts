import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
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
  /** The raw answer: its body is still to be read. */
  send(request: Request): Promise<http.IncomingMessage>;
  socket(path: string): WebSocket;
  close(): void;
}

type Endpoint = { request(options: https.RequestOptions): http.ClientRequest; socket(path: string): WebSocket; close(): void; label: string };

/** Requests go to the endpoint that answered last; to the next only where no connection was made, so that nothing is done twice. */
export function transport(target: LxdTarget, deadline: number): Transport {
  const endpoints = 'socket' in target ? [unixEndpoint(target.socket)] : target.endpoints.map((url) => tlsEndpoint(url, target));
  let preferred = 0;
  return {
    async send(request) {
      let last: unknown;
      for (let attempt = 0; attempt < endpoints.length; attempt += 1) {
        const index = (preferred + attempt) % endpoints.length;
        try {
          const answer = await attemptOn(endpoints[index] as Endpoint, request, request.deadline ?? deadline);
          preferred = index;
          return answer;
        } catch (error) {
          last = error;
          if (!mayTryNext(error, request)) break;
        }
      }
      throw unreachable(request, endpoints[preferred]?.label ?? '', last);
    },
    socket: (path) => (endpoints[preferred] as Endpoint).socket(path),
    close: () => endpoints.forEach((endpoint) => endpoint.close()),
  };
}

function unixEndpoint(path: string): Endpoint {
  const agent = new http.Agent({ keepAlive: true });
  return {
    label: path,
    request: (options) => http.request({ ...options, socketPath: path, agent }),
    socket: (url) => new WebSocket(`ws+unix:${path}:${url}`),
    close: () => agent.destroy(),
  };
}

function tlsEndpoint(url: string, target: Extract<LxdTarget, { endpoints: readonly string[] }>): Endpoint {
  const { hostname, port } = new URL(url);
  const tls = { cert: target.clientCertificate, key: target.clientKey, rejectUnauthorized: false };
  const agent = new https.Agent({ keepAlive: true, ...tls });
  const pinned = new X509Certificate(target.serverCertificate).fingerprint256;
  return {
    label: url,
    request(options) {
      const request = https.request({ ...options, hostname, port, agent });
      return pin(request, pinned);
    },
    socket(path) {
      const socket = new WebSocket(`wss://${hostname}:${port}${path}`, { ...tls, finishRequest: (request) => pin(request as unknown as http.ClientRequest, pinned).end() });
      return socket;
    },
    close: () => agent.destroy(),
  };
}

/** Accepts exactly the pinned certificate, whatever names it bears, before a byte of the request is sent. */
function pin<T extends http.ClientRequest>(request: T, fingerprint: string): T {
  request.once('socket', (socket) => {
    const check = () => {
      if ((socket as TLSSocket).getPeerCertificate().fingerprint256 === fingerprint) return;
      request.destroy(Object.assign(new Error('the server shows another certificate than the one it was set up with'), { code: 'EPINNED' }));
    };
    if (socket.connecting || !(socket as TLSSocket).getPeerCertificate?.().fingerprint256) socket.once('secureConnect', check);
    else check();
  });
  return request;
}

function attemptOn(endpoint: Endpoint, { method, path, body, headers }: Request, deadline: number): Promise<http.IncomingMessage> {
  const raw = body instanceof Uint8Array || typeof (body as Readable | undefined)?.pipe === 'function';
  const payload = body === undefined || raw ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const type = payload !== undefined && !raw ? { 'content-type': 'application/json' } : {};
    const request = endpoint.request({ method, path, headers: { ...type, ...headers } });
    const timer = setTimeout(() => request.destroy(Object.assign(new Error(`no answer within ${deadline / 1000} s`), { code: 'EDEADLINE' })), deadline);
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    if (raw && !(payload instanceof Uint8Array)) (payload as Readable).on('error', (error) => request.destroy(error)).pipe(request);
    else request.end(payload);
  });
}

const neverConnected = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ENOENT']);

function mayTryNext(error: unknown, request: Request): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' && neverConnected.has(code)) return true;
  return request.method === 'GET' && code !== 'EPINNED';
}

function unreachable(request: Request, label: string, cause: unknown): RelevoError {
  const { message } = cause as Error;
  return new RelevoError(
    { code: 'unreachable', message: `LXD at ${label} does not answer (${request.method} ${request.path.split('?')[0]}): ${message}` },
    { cause },
  );
}

/** The whole body as text. */
export async function bodyText(answer: http.IncomingMessage): Promise<string> {
  return (await buffer(answer)).toString('utf8');
}
