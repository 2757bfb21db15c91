import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Protocol } from '../../src/domain/spec.ts';
import { selfSigned } from './certificate.ts';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse & Http2ServerResponse;

export interface Speaker extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** A server on loopback that speaks this protocol; HTTPS with HTTP/2 as well. */
export async function startSpeaker(
  protocol: Protocol,
  answer: (request: Request, response: Response) => void,
): Promise<Speaker> {
  const pem = protocol === 'https' ? String(selfSigned().content) : '';
  const handler = answer as never;
  const server =
    protocol === 'http'
      ? createHttp(handler)
      : protocol === 'h2c'
        ? createHttp2(handler)
        : createSecureServer({ key: pem, cert: pem, allowHTTP1: true }, handler);
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, address: `127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
