import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { connect, type PeerCertificate } from 'node:tls';
import WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { LxdTarget } from '../../ports/lxd.ts';

/** One way to LXD: its connections, which end with it. */
export interface Endpoint {
  readonly label: string;
  /** Milliseconds until a connection must be there; one that goes a long way counts as there once it is secure. */
  patience(): { readonly event: 'connect' | 'secureConnect'; readonly limit: number };
  /** Before a request: it may have to be reached in another way than before. */
  open(): Promise<void>;
  /** A request failed. */
  failed(): void;
  request(options: https.RequestOptions): http.ClientRequest;
  /** `mayOpen` is asked right before the bytes are written: a command begins when its last socket is open. */
  socket(path: string, mayOpen: () => boolean): WebSocket;
  close(): void;
}

export function unixEndpoint(path: string): Endpoint {
  const agent = new http.Agent({ keepAlive: true });
  const request = (options: http.RequestOptions) => http.request({ ...options, socketPath: path, agent });
  const open = async () => {};
  return {
    label: path,
    request,
    ...{ patience: () => direct, open, failed() {} },
    ...sockets(agent, `ws+unix:${path}:`, {}),
  };
}

/** Milliseconds. A machine that is off says nothing at all, and another one may answer. */
const direct = { event: 'connect', limit: 2000 } as const;
/** Through another program there is a connection at once, and it may lead nowhere. */
const led = { event: 'secureConnect', limit: 6000 } as const;

export function tlsEndpoint(url: string, target: Extract<LxdTarget, { endpoints: readonly string[] }>): Endpoint {
  const { hostname, port } = new URL(url);
  const { clientCertificate: cert, clientKey, serverCertificate: ca } = target;
  const tls = { cert, key: clientKey.reveal(), ca, checkServerIdentity: pinnedTo(ca) };
  const agent = new https.Agent({ keepAlive: true, ...tls });
  let socketPath: string | undefined;
  let lost = false;
  const through = () => (socketPath === undefined ? {} : { socketPath });
  const ownSocket = () =>
    socketPath === undefined ? {} : { createConnection: () => connect({ ...tls, path: socketPath as string }) };
  return {
    label: url,
    patience: () => (socketPath === undefined ? direct : led),
    async open() {
      const failed = lost;
      lost = false;
      socketPath = await target.way?.(url, failed).catch((cause: Error) => {
        throw new Error(cause.message, { cause }); // another endpoint may be reached
      });
    },
    failed() {
      lost = true;
    },
    request: (options) => https.request({ ...options, hostname, port, agent, ...through() }),
    ...sockets(agent, `wss://${hostname}:${port}`, tls, ownSocket),
  };
}

/** Milliseconds; a command's sockets have this long until LXD gives it up. */
const handshakeTimeout = 5000;

function sockets(
  agent: http.Agent,
  base: string,
  tls: object,
  ownSocket = (): object => ({}),
): Pick<Endpoint, 'socket' | 'close'> {
  const open = new Set<WebSocket>();
  return {
    socket(path, mayOpen) {
      const finishRequest = (request: http.ClientRequest) =>
        whenReady(request, () => {
          if (mayOpen()) request.end();
          else request.destroy(interrupted());
        });
      const options = { ...tls, ...ownSocket(), handshakeTimeout, finishRequest, perMessageDeflate: false };
      const socket = new WebSocket(`${base}${path}`, options as object);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    close() {
      agent.destroy();
      for (const socket of open) socket.terminate();
    },
  };
}

/** Milliseconds. */
const pingEvery = 5000;

/**
 * Ends a socket whose peer does not answer two pings: without power it says nothing, and TCP alone would wait for a quarter of
 * an hour. For sockets that LXD reads: events and a command's control.
 */
export function endsInSilence(socket: WebSocket): void {
  if (socket.readyState === socket.CLOSED) return; // its end has been told: nobody would stop the timer
  let unanswered = 0;
  socket.on('pong', () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return; // the handshake has a deadline of its own
    if (unanswered === 2) return socket.terminate();
    unanswered += 1;
    socket.ping();
  }, pingEvery);
  timer.unref(); // the socket keeps the process, not this
  socket.once('close', () => clearInterval(timer));
}

/** Accepts exactly this certificate, whatever names it bears: a cluster's bears only its first member's. */
function pinnedTo(certificate: string): (host: string, shown: PeerCertificate) => Error | undefined {
  const pinned = new X509Certificate(certificate).fingerprint256;
  return (host, shown) =>
    shown.fingerprint256 === pinned
      ? undefined
      : Object.assign(new Error(`${host} shows another certificate`), { code: 'EPINNED' });
}

/** Calls back when what is written next goes out at once: Node's own buffer may hold a request for as long as a handshake takes. */
export function whenReady(request: http.ClientRequest, write: () => void): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket) write();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', write);
  });
}

export function interrupted(): RelevoError {
  return new RelevoError({ code: 'interrupted', message: 'somebody else may lead by now, so nothing more is changed' });
}
