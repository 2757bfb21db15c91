import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelevoError } from '../../domain/failure.ts';
import { apiError, type Envelope, leaderless, type Operation, parse } from './answers.ts';
import type { Operations } from './operations.ts';
import { bodyText, type Request, type Transport } from './transport.ts';

/** JSON calls of one server through one project. */
export interface Api {
  readonly project: string;
  readonly transport: Transport;
  readonly operations: Operations;
  /** The `metadata` of the answer; a background operation is awaited and its own metadata returned. */
  call<T>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<T>;
  /** Like `call`, undefined where the answer is 404. */
  find<T>(path: string): Promise<T | undefined>;
  /** Like `find`, with the answer's ETag, as If-Match takes it. */
  findTagged<T>(path: string): Promise<(T & { readonly etag: string }) | undefined>;
  raw(request: Request): Promise<http.IncomingMessage>;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The project of this call, where it isn't the client's; null: none. */
  readonly project?: string | null;
  /** Milliseconds for a background operation. */
  readonly operationDeadline?: number;
}

/** LXD reads the one, Incus since 7.0 the other only; each leaves out what it does not know. */
export function inBothDialects(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = (prefix: string) => Object.entries(headers).map(([name, value]) => [`X-${prefix}-${name}`, value]);
  return Object.fromEntries([...named('LXD'), ...named('Incus')]);
}

/** Milliseconds; of what nobody tells how long it may take. */
export const usualDeadline = 300_000;

export function lxdApi(transport: Transport, operations: Operations, project: string): Api {
  const ask = async (method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => {
    const { headers } = options;
    const request = { method, path: withQuery(path, options, project), body, ...(headers && { headers }) };
    const answer = await askUntilLed(transport, request);
    const { type, error, error_code, metadata } = answer.envelope;
    if (type === 'error') throw apiError(error_code, error, request);
    if (type === 'sync') return answer;
    const done = await operations.wait(metadata as Operation, options.operationDeadline ?? usualDeadline);
    if (done.status_code >= 400) throw apiError(done.status_code, done.err, request);
    return { ...answer, envelope: { ...answer.envelope, metadata: done.metadata } };
  };
  const call = async <T>(...given: Parameters<typeof ask>) => (await ask(...given)).envelope.metadata as T;
  return {
    ...{ project, transport, operations, call },
    raw: (request) => transport.send(request),
    find: (path) => unlessAbsent(call('GET', path)),
    async findTagged<T>(path: string) {
      const answer = await unlessAbsent(ask('GET', path));
      return answer && { ...(answer.envelope.metadata as T), etag: answer.etag };
    },
  };
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error) => {
    if (error instanceof RelevoError && error.failure.code === 'not-found') return undefined;
    throw error;
  });
}

interface Answer {
  readonly envelope: Envelope;
  readonly etag: string;
}

/** A cluster's failure to read is no answer until it had the time to choose another leader. */
async function askUntilLed(transport: Transport, request: Request): Promise<Answer> {
  const began = performance.now();
  for (;;) {
    const head = await transport.send(request);
    const envelope = parse(await bodyText(head), request);
    const wait = request.method === 'GET' && lacksLeader(envelope) && performance.now() - began < leaderless;
    if (!wait) return { envelope, etag: head.headers.etag ?? '' };
    await sleep(200);
  }
}

/**
 * The text is the only sign: LXD answers 500 to this as to every error that has no code of its own, such as a member's that
 * does not answer. Source: LXD 5.0.2, lxd/db/query/{transaction,retry}.go and go-dqlite's driver.
 */
function lacksLeader({ error_code, error }: Envelope): boolean {
  const words =
    /Failed to begin transaction|no available dqlite leader|bad connection|not leader|leadership lost|checkpoint in progress/i;
  return error_code === 500 && words.test(error);
}

export function withQuery(path: string, options: CallOptions, project: string): string {
  const chosen = options.project === undefined ? project : options.project;
  const query = new URLSearchParams({ ...(chosen === null ? {} : { project: chosen }), ...options.query });
  return query.size === 0 ? path : `${path}?${query}`;
}
