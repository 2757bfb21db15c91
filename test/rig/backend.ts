import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { freePort } from './port.ts';

/** `reset`: reads a request whole and cuts the connection. `mute`: accepts and never answers, health checks neither. */
export type Manner = 'well' | 'reset' | 'mute';

export interface Backend extends AsyncDisposable {
  readonly name: string;
  /** `127.0.0.1:40001`, the same after a stop and a start. */
  readonly address: string;
  manner: Manner;
  /** Of every answer but those to health checks. */
  status: number;
  /** Milliseconds that each answer takes. */
  delay: number;
  /** Of every answer but those to health checks, beside its own. */
  headers: Readonly<Record<string, string>>;
  /** How often each `x-id` arrived, whole. */
  readonly received: ReadonlyMap<string, number>;
  /** The headers of the last request that was no health check. */
  lastHeaders: IncomingMessage['headers'];
  /** The most requests that were in work at once. */
  readonly peak: number;
  /** As a process that is killed: nothing listens, open connections are cut. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A piece every 100 ms. */
function piecewise(response: ServerResponse, left: number): void {
  if (left === 0) return void response.end('end\n');
  response.write('piece\n');
  setTimeout(() => piecewise(response, left - 1), 100);
}

/** An HTTP server on loopback that says its name in `x-server`, notes what it gets, and misbehaves when told to. */
export async function startBackend(name: string): Promise<Backend> {
  const received = new Map<string, number>();
  const sockets = new Set<Duplex>();
  let [working, peak] = [0, 0];
  const server = createServer((request, response) => {
    working += 1;
    peak = Math.max(peak, working);
    response.on('close', () => {
      working -= 1;
    });
    request.resume();
    request.on('end', () => answer(request, response));
  });
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const id = request.headers['x-id'];
    if (typeof id === 'string') received.set(id, (received.get(id) ?? 0) + 1);
    if (backend.manner === 'mute') return;
    if (request.url === '/healthz') return void response.end();
    const pieces = /^\/pieces\/(\d+)$/.exec(request.url ?? '')?.[1];
    if (pieces !== undefined) return void piecewise(response, Number(pieces) * 10);
    backend.lastHeaders = request.headers;
    if (backend.manner === 'reset') return void request.socket.resetAndDestroy();
    setTimeout(
      () => response.writeHead(backend.status, { ...backend.headers, 'x-server': name }).end(`${name}\n`),
      backend.delay,
    );
  };
  // An echo, for whoever asks for another protocol.
  server.on('upgrade', (_, socket) => {
    sockets.add(socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const port = await freePort(); // where it listens again after a stop
  await listen(port);
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    });
  const backend: Backend = {
    ...{ name, received, stop },
    address: `127.0.0.1:${port}`,
    manner: 'well',
    delay: 0,
    status: 200,
    headers: {},
    lastHeaders: {},
    get peak() {
      return peak;
    },
    start: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
  return backend;
}
