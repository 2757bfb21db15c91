import type WebSocket from 'ws';
import type { LxdChange } from '../../ports/lxd.ts';
import { endsInSilence } from './endpoint.ts';
import type { Transport } from './transport.ts';

/** Milliseconds. */
const reconnectAfter = 500;

/** Lifecycle events, heard from one member after another: each knows those of the whole cluster. */
export function changes(transport: Transport, project: string, onChange: (change: LxdChange) => void): Disposable {
  let disposed = false;
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => {
    socket = transport.socket(`/1.0/events?type=lifecycle&project=${project}`);
    endsInSilence(socket);
    socket.on('open', () => onChange({ kind: 'gap' }));
    socket.on('message', (data) => onChange(eventOf(String(data))));
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      if (!disposed) timer = setTimeout(listen, reconnectAfter);
    });
  };
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
