import type WebSocket from 'ws';
import { RelevoError } from '../../domain/failure.ts';
import { apiError, leaderless, type Operation, parse } from './answers.ts';
import { endsInSilence } from './endpoint.ts';
import { bodyText, type Transport } from './transport.ts';

/** Background operations, awaited through the event stream, and by reading where it tells nothing. */
export interface Operations {
  /**
   * Resolves to the finished operation, whatever its outcome. Rejects with `unreachable` where LXD knows it no more, where it
   * can't be read for longer than a cluster takes to choose a leader, where the deadline (milliseconds; Infinity: none) passes,
   * and where `signal` says that nobody waits any more.
   */
  wait(operation: Operation, deadline: number, signal?: AbortSignal): Promise<Operation>;
  /** Reads it now, since it seems to have ended. */
  refresh(id: string): void;
  /** Ends the event stream; what is still awaited is read until it ends. */
  close(): void;
}

interface Waiter {
  done(operation: Operation): void;
  failed(error: RelevoError): void;
}

interface Watched {
  readonly operation: Operation;
  readonly waiters: Set<Waiter>;
  timer: NodeJS.Timeout;
  /** When it was read last, on the monotonic clock. */
  heard: number;
  reading: boolean;
}

/** Status codes from 200 on are final. Source: LXD's doc/rest-api.md, "Operation status codes". */
const finished = (operation: Operation) => operation.status_code >= 200;

/** Milliseconds: how often an operation is read beside the events, which are not sent again after a lost connection. */
const readEvery = 2000;
const readWithoutEvents = 200;

/** `scope`: whose events are heard, as a query. One event socket, opened at the first wait. */
export function operations(transport: Transport, scope: string): Operations {
  const watched = new Map<string, Watched>();
  let events: WebSocket | undefined;
  let closed = false;

  const listen = () => {
    if (events !== undefined || closed) return;
    const socket = transport.socket(`/1.0/events?type=operation&${scope}`);
    events = socket;
    endsInSilence(socket);
    socket.on('error', () => {}); // `close` follows, and what is awaited is read meanwhile
    socket.on('close', () => {
      if (events === socket) events = undefined;
    });
    socket.on('open', () => watched.forEach((_, id) => void refresh(id)));
    socket.on('message', (data) => {
      const { metadata } = JSON.parse(String(data)) as { metadata: Operation };
      if (finished(metadata)) tell(metadata.id, ({ done }) => done(metadata));
    });
  };

  const tell = (id: string, act: (waiter: Waiter) => void) => watched.get(id)?.waiters.forEach(act);

  const refresh = async (id: string): Promise<void> => {
    const entry = watched.get(id);
    if (entry === undefined || entry.reading) return;
    entry.reading = true;
    try {
      const found = await read(transport, id);
      entry.heard = performance.now();
      if (found === undefined) tell(id, ({ failed }) => failed(forgotten(entry.operation)));
      else if (finished(found)) tell(id, ({ done }) => done(found));
    } catch (cause) {
      if (performance.now() - entry.heard > unreadable)
        tell(id, ({ failed }) => failed(unread(entry.operation, cause)));
    } finally {
      entry.reading = false;
    }
  };

  const readAgain = (id: string) => {
    listen();
    void refresh(id);
  };
  const repeat = (id: string) => setInterval(() => readAgain(id), closed ? readWithoutEvents : readEvery);

  const watch = (operation: Operation): Watched => {
    const { id } = operation;
    const entry = {
      operation,
      waiters: new Set<Waiter>(),
      timer: repeat(id),
      heard: performance.now(),
      reading: false,
    };
    watched.set(id, entry);
    return entry;
  };

  const wait = (operation: Operation, deadline: number, signal?: AbortSignal): Promise<Operation> => {
    if (finished(operation)) return Promise.resolve(operation);
    listen();
    return new Promise((resolve, reject) => {
      const entry = watched.get(operation.id) ?? watch(operation);
      const leave = () => {
        clearTimeout(late);
        signal?.removeEventListener('abort', abandoned);
        entry.waiters.delete(waiter);
        if (entry.waiters.size > 0) return;
        clearInterval(entry.timer);
        watched.delete(operation.id);
      };
      const waiter: Waiter = {
        done(result) {
          leave();
          resolve(result);
        },
        failed(error) {
          leave();
          reject(error);
        },
      };
      const abandoned = () => waiter.failed(unreachable(`nobody waits any more for ${titleOf(operation)}`));
      const overdue = () =>
        waiter.failed(unreachable(`LXD did not finish ${titleOf(operation)} within ${deadline / 1000} s`));
      const late = deadline === Infinity ? undefined : setTimeout(overdue, deadline);
      signal?.addEventListener('abort', abandoned);
      entry.waiters.add(waiter);
    });
  };

  return {
    wait,
    refresh: (id) => void refresh(id),
    close() {
      closed = true;
      events?.terminate();
      for (const [id, entry] of watched) {
        clearInterval(entry.timer);
        entry.timer = repeat(id);
      }
    },
  };
}

/** Undefined where LXD does not know it. */
async function read(transport: Transport, id: string): Promise<Operation | undefined> {
  const request = { method: 'GET', path: `/1.0/operations/${id}`, deadline: 5000 };
  const { type, error, error_code, metadata } = parse(await bodyText(await transport.send(request)), request);
  if (error_code === 404) return undefined;
  if (type === 'error') throw apiError(error_code, error, request);
  return metadata as Operation;
}

/** Milliseconds. */
const unreadable = leaderless + 15_000;

function unread(operation: Operation, cause: unknown): RelevoError {
  const message = `LXD tells nothing of ${titleOf(operation)} for ${unreadable / 1000} s: ${(cause as Error).message}`;
  return unreachable(message, cause);
}

/** LXD keeps operations in memory only. */
function forgotten(operation: Operation): RelevoError {
  return unreachable(`LXD restarted and forgot ${titleOf(operation)}`);
}

function unreachable(message: string, cause?: unknown): RelevoError {
  return new RelevoError({ code: 'unreachable', message }, { cause });
}

/** `"Creating instance" of web-1`. */
function titleOf({ description, resources }: Operation): string {
  const names = Object.values(resources ?? {}).flatMap((urls) =>
    urls.map((url) => url.split('?')[0]?.split('/').at(-1)),
  );
  const whose = names.length === 0 ? '' : ` of ${[...new Set(names)].join(', ')}`;
  return `"${description}"${whose}`;
}
