import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { WireRequest } from '../../../src/load/http/connection.ts';
import { Connections, type Route } from '../../../src/load/http/connections.ts';
import { systemResolver } from '../../../src/load/http/resolve.ts';

export const clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

/** A server that answers whole requests as it is told; it is closed with all its connections. */
export class RawServer implements AsyncDisposable {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  /** Whole requests, in order: head and body. */
  readonly requests: string[] = [];
  /** Connections that were opened. */
  connections = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  static async listen(answer: (socket: Socket, request: string, number: number) => void): Promise<RawServer> {
    const server = createServer({ noDelay: true });
    const raw = new RawServer(server);
    server.on('connection', (socket) => {
      raw.connections++;
      raw.sockets.add(socket);
      socket.on('close', () => raw.sockets.delete(socket));
      socket.on('error', () => undefined);
      let had = '';
      socket.on('data', (data) => {
        had += data.toString('latin1');
        for (let end = endOf(had); end > 0; end = endOf(had)) {
          const request = had.slice(0, end);
          had = had.slice(end);
          raw.requests.push(request);
          answer(socket, request, raw.requests.length);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.sockets) each.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Where the first request ends; -1 where it is not complete. */
function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return -1;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : -1;
}

export function routeTo(port: number, host = '127.0.0.1'): Route {
  return {
    peer: { host, port, secure: false },
    key: `http://${host}:${port}`,
    connectTimeout: 5000,
    localAddress: undefined,
    resolver: systemResolver,
  };
}

export function wire(changes: Partial<WireRequest> = {}): WireRequest {
  const head = 'GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: test\r\n\r\n';
  return {
    head,
    body: undefined,
    wanted: { toHead: false, head: true, body: true },
    keepAlive: true,
    timeout: 5000,
    ...changes,
  };
}

/** Connections of one user, and what ends them. */
export function newConnections() {
  const abort = new AbortController();
  return { connections: new Connections(clock, abort.signal), abort };
}
