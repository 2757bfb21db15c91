import { connect, isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, connect as secureConnect } from 'node:tls';
import { HttpFailure, notConnected, socketClosed } from './failure.ts';

/** Where a connection leads to. The host is without the brackets of an IPv6 address. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

export interface Opening {
  readonly addresses: readonly string[];
  /** Milliseconds for each address; 0: as long as the system tries. */
  readonly timeout: number;
  readonly localAddress: string | undefined;
  /** Of an earlier TLS connection of this user to the same host. */
  readonly session: Buffer | undefined;
  keepSession(session: Buffer): void;
}

/** What gets the bytes that come; they are its own only until it returns. */
export interface SocketReader {
  read(length: number, bytes: Buffer): void;
}

/** Who tells an opening to end: it calls what it was given. */
export interface Aborts {
  readonly aborted: boolean;
  add(abort: () => void): void;
  delete(abort: () => void): void;
}

/** All connections read into this one: its bytes are looked at before the next read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

let secureContext: SecureContext | undefined;

/** Connects to the first address that lets it. Rejects with HttpFailure, at the latest when it is aborted. */
export async function openSocket(peer: Peer, opening: Opening, reader: SocketReader, aborts: Aborts): Promise<Socket> {
  let failure: Error = new Error('The host has no address');
  for (const address of opening.addresses) {
    if (aborts.aborted) throw socketClosed();
    const outcome = await connected(socketTo(peer, address, opening, reader), peer, opening.timeout, aborts);
    if (!(outcome instanceof Error)) return outcome;
    if (outcome instanceof HttpFailure) throw outcome;
    failure = outcome;
  }
  throw notConnected(failure, peer.host, peer.port, opening.addresses);
}

function socketTo({ host, port, secure }: Peer, address: string, opening: Opening, reader: SocketReader): Socket {
  const callback = (length: number, bytes: Uint8Array) => {
    reader.read(length, bytes as Buffer);
    return true;
  };
  const from = opening.localAddress === undefined ? {} : { localAddress: opening.localAddress };
  const options = { host: address, port, noDelay: true, onread: { buffer, callback }, ...from };
  if (!secure) return connect(options);
  secureContext ??= createSecureContext();
  const named = isIP(host) === 0 ? { servername: host } : {};
  const session = opening.session === undefined ? {} : { session: opening.session };
  // JMeter trusts every certificate.
  const socket = secureConnect({ ...options, ...named, ...session, secureContext, rejectUnauthorized: false });
  return socket.on('session', (given: Buffer) => opening.keepSession(given));
}

/** The socket once it is connected (its TLS handshake included), or why it is not. */
function connected(socket: Socket, { secure }: Peer, timeout: number, aborts: Aborts): Promise<Socket | Error> {
  const { promise, resolve } = Promise.withResolvers<Socket | Error>();
  const ready = secure ? 'secureConnect' : 'connect';
  const give = (outcome: Socket | Error) => {
    clearTimeout(timer);
    aborts.delete(abort);
    socket.off(ready, succeed).off('error', give).off('close', closed);
    if (outcome instanceof Error) socket.on('error', () => undefined).destroy();
    resolve(outcome);
  };
  const succeed = () => give(socket);
  const closed = () => give(withCode('Connection closed', 'ECONNRESET'));
  const abort = () => give(socketClosed());
  const timer = timeout > 0 ? setTimeout(() => give(withCode('Connect timed out', 'ETIMEDOUT')), timeout) : undefined;
  aborts.add(abort);
  socket.on(ready, succeed).on('error', give).on('close', closed);
  return promise;
}

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });
