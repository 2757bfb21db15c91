import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { Operation } from './api.ts';
import { bodyText, type Transport } from './transport.ts';

/** Background operations, awaited through the event stream. */
export interface Operations {
  /** Resolves to the finished operation, whatever its outcome. */
  wait(operation: Operation, deadline: number): Promise<Operation>;
  close(): void;
}

/** Status codes from 200 on are final. Source: LXD's doc/rest-api.md, "Operation status codes". */
const finished = (operation: Operation) => operation.status_code >= 200;

/** How often an operation is read beside the events, which a server does not resend after a lost connection. */
const resyncEvery = 2000;

/** One event socket, opened at the first wait and closed with the last one. */
export function operations(transport: Transport): Operations {
  const waiting = new Map<string, (operation: Operation) => void>();
  let events: WebSocket | undefined;

  let closed = false;

  const open = () => {
    if (events !== undefined || closed) return;
    const socket = transport.socket('/1.0/events?type=operation&all-projects=true');
    events = socket;
    const lost = () => {
      if (events === socket) events = undefined;
    };
    socket.on('error', lost); // waits go on by reading, see `resync`
    socket.on('close', lost);
    socket.on('open', () => waiting.forEach((_, id) => void resync(id)));
    socket.on('message', (data) => {
      const { metadata } = JSON.parse(String(data)) as { metadata: Operation };
      if (finished(metadata)) waiting.get(metadata.id)?.(metadata);
    });
  };

  const resync = async (id: string) => {
    const answer = await transport.send({ method: 'GET', path: `/1.0/operations/${id}`, deadline: 5000 });
    const { metadata } = JSON.parse(await bodyText(answer)) as { metadata: Operation | null };
    if (metadata?.id !== undefined && finished(metadata)) waiting.get(id)?.(metadata);
  };

  const wait = (operation: Operation, deadline: number): Promise<Operation> => {
    if (finished(operation)) return Promise.resolve(operation);
    open();
    return new Promise((resolve, reject) => {
      const timers: NodeJS.Timeout[] = [];
      const settle = (act: () => void) => {
        timers.forEach(clearTimeout);
        waiting.delete(operation.id);
        act();
      };
      waiting.set(operation.id, (done) => settle(() => resolve(done)));
      const late = () => settle(() => reject(lateError(operation, deadline)));
      timers.push(setTimeout(late, deadline));
      const again = () => resync(operation.id).catch(open); // a lost server: the deadline decides
      timers.push(setInterval(again, resyncEvery));
    });
  };

  return {
    wait,
    close() {
      closed = true;
      events?.terminate();
      events = undefined;
    },
  };
}

function lateError(operation: Operation, deadline: number): RelevoError {
  return new RelevoError({
    code: 'unreachable',
    message: `LXD did not finish operation ${operation.id} within ${deadline / 1000} s`,
  });
}
