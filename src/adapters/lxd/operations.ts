import { setTimeout as sleep } from 'node:timers/promises';
import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import type { Operation } from './api.ts';
import { bodyText, type Transport } from './transport.ts';

/** Background operations, awaited through the event stream. */
export interface Operations {
  /** Resolves to the finished operation, whatever its outcome; rejects where LXD knows it no more, or the deadline passes. */
  wait(operation: Operation, deadline: number): Promise<Operation>;
  close(): void;
}

interface Waiter {
  done(operation: Operation): void;
  lost(): void;
}

/** Status codes from 200 on are final. Source: LXD's doc/rest-api.md, "Operation status codes". */
const finished = (operation: Operation) => operation.status_code >= 200;

/** How often an operation is read beside the events, which a server does not resend after a lost connection. */
const resyncEvery = 2000;
const pursueEvery = 200;

/** `scope`: whose events are heard, as a query. One event socket, opened at the first wait and closed with the last one. */
export function operations(transport: Transport, scope: string): Operations {
  const waiting = new Map<string, Waiter>();
  let events: WebSocket | undefined;
  let closed = false;

  const open = () => {
    if (events !== undefined || closed) return;
    const socket = transport.socket(`/1.0/events?type=operation&${scope}`);
    events = socket;
    const lost = () => {
      if (events === socket) events = undefined;
    };
    socket.on('error', lost); // waits go on by reading, see `resync`
    socket.on('close', lost);
    socket.on('open', () => waiting.forEach((_, id) => void again(id)));
    socket.on('message', (data) => {
      const { metadata } = JSON.parse(String(data)) as { metadata: Operation };
      if (finished(metadata)) waiting.get(metadata.id)?.done(metadata);
    });
  };

  const resync = async (id: string) => {
    const answer = await transport.send({ method: 'GET', path: `/1.0/operations/${id}`, deadline: 5000 });
    const { metadata, error_code } = JSON.parse(await bodyText(answer)) as { metadata: Operation; error_code: number };
    if (error_code === 404) waiting.get(id)?.lost();
    else if (error_code === 0 && finished(metadata)) waiting.get(id)?.done(metadata);
  };

  /** Where the server does not answer either, the deadline decides. */
  const again = (id: string) => resync(id).catch(open);

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
      waiting.set(operation.id, {
        done: (result) => settle(() => resolve(result)),
        lost: () => settle(() => reject(lostError(operation))),
      });
      const late = () => settle(() => reject(lateError(operation, deadline)));
      timers.push(setTimeout(late, deadline));
      timers.push(setInterval(() => again(operation.id), resyncEvery));
    });
  };

  /** Without events, what was begun before the client was closed is asked for more often. */
  const pursue = async (id: string) => {
    for (; waiting.has(id); await sleep(pursueEvery)) await again(id);
  };

  return {
    wait,
    close() {
      closed = true;
      events?.terminate();
      events = undefined;
      waiting.forEach((_, id) => void pursue(id));
    },
  };
}

function lateError(operation: Operation, deadline: number): RelevoError {
  return new RelevoError({
    code: 'unreachable',
    message: `LXD did not finish ${titleOf(operation)} within ${deadline / 1000} s`,
  });
}

/** LXD keeps operations in memory only. */
function lostError(operation: Operation): RelevoError {
  return new RelevoError({ code: 'unreachable', message: `LXD restarted and forgot ${titleOf(operation)}` });
}

/** `"Creating instance" of web-1`. */
function titleOf({ description, resources }: Operation): string {
  const names = Object.values(resources ?? {}).flatMap((urls) =>
    urls.map((url) => url.split('?')[0]?.split('/').at(-1)),
  );
  const whose = names.length === 0 ? '' : ` of ${[...new Set(names)].join(', ')}`;
  return `"${description}"${whose}`;
}
