import type WebSocket from 'ws';
import type { LxdChange } from '../../ports/lxd.ts';
import type { Transport } from './transport.ts';

/** Milliseconds. LXD answers pings of an event socket; a member that does not for that long is gone. */
const silence = 5000;
const reconnectAfter = 500;

/** Lifecycle events, heard from one member after another: each knows those of the whole cluster. */
export function changes(transport: Transport, project: string, onChange: (change: LxdChange) => void): Disposable {
  let disposed = false;
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => {
    socket = transport.socket(`/1.0/events?type=lifecycle&project=${project}`);
    const stop = keepAlive(socket, silence);
    socket.on('open', () => onChange({ kind: 'gap' }));
    socket.on('message', (data) => onChange(eventOf(String(data))));
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      stop();
      if (!disposed) timer = setTimeout(again, reconnectAfter);
    });
  };
  /** A read finds the member that answers; where there is none, it is looked for again. */
  const again = () =>
    void transport
      .send({ method: 'GET', path: '/1.0' })
      .then(
        (head) => head.resume(),
        () => {},
      )
      .then(() => disposed || listen());
  listen();
  return {
    [Symbol.dispose]() {
      disposed = true;
      clearTimeout(timer);
      socket?.terminate();
    },
  };
}

function eventOf(text: string): LxdChange {
  const { metadata } = JSON.parse(text) as { metadata: { action: string; source: string } };
  return { kind: 'event', action: metadata.action, source: metadata.source };
}

/** Ends a socket whose peer answers no ping. Call what it returns when it is closed. */
export function keepAlive(socket: WebSocket, silence: number): () => void {
  let heard = true;
  socket.on('pong', () => {
    heard = true;
  });
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return; // the handshake has a deadline of its own
    if (!heard) return socket.terminate();
    heard = false;
    socket.ping();
  }, silence);
  return () => clearInterval(timer);
}
