import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly server: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of this side: the address that it comes from. */
  readonly localAddress?: string;
  readonly agent?: Agent | false;
  readonly signal?: AbortSignal;
}

/** Milliseconds. */
const patience = 20_000;

/** One request, on a connection of its own unless an agent keeps one; an error is thrown as it came. */
export function ask({
  host = '127.0.0.1',
  port,
  path = '/',
  method = 'GET',
  headers = {},
  agent = false,
  localAddress,
  signal,
}: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const fail = (error: Error) => reject(Object.assign(error, { connected }));
    const call = request(
      { host, port, path, method, headers, agent, ...(signal && { signal }), ...(localAddress && { localAddress }) },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          body += piece;
        });
        response.on('error', fail);
        response.on('end', () => {
          const server = response.headers['x-server'];
          resolve({
            ...{ body, headers: response.headers, status: response.statusCode ?? 0 },
            server: typeof server === 'string' ? server : undefined,
          });
        });
      },
    );
    call.once('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once('connect', () => (connected = true));
    });
    call.setTimeout(patience, () => call.destroy(new Error('no answer within 20 s')));
    call.on('error', fail);
    call.end(method === 'POST' ? 'x=1' : undefined);
  });
}

/** Every request is one of `ok`, `failed`, `unknown` and `unsent`. */
export interface Outcome {
  readonly sent: number;
  readonly ok: number;
  /** Another answer, or a connection that was refused. */
  readonly failed: number;
  /** The connection was made, and ended without an answer: nobody knows what became of the request. */
  readonly unknown: number;
  /** No connection came about. */
  readonly unsent: number;
  /** The same by what came, and how often: `status 503`, `ECONNRESET`. */
  readonly lost: Readonly<Record<string, number>>;
  /** Milliseconds until the answer or the error, of the worst request. */
  readonly worst: number;
  /** Milliseconds, the longest in which none of the requests was answered well. */
  readonly silence: number;
  /** Answers by the server that gave them. */
  readonly servers: Readonly<Record<string, number>>;
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

class Account {
  readonly lost: Record<string, number> = {};
  readonly servers: Record<string, number> = {};
  readonly outcome: Writable<Outcome> = {
    ...{ sent: 0, ok: 0, failed: 0, unknown: 0, unsent: 0, worst: 0, silence: 0 },
    ...{ lost: this.lost, servers: this.servers },
  };
  #lastWell = performance.now();

  answered({ status, server }: Answer, began: number): void {
    this.#took(began);
    if (server !== undefined) count(this.servers, server);
    if (status !== 200) {
      count(this.lost, `status ${status}`);
      this.outcome.failed += 1;
      return;
    }
    this.outcome.ok += 1;
    this.outcome.silence = Math.max(this.outcome.silence, Math.round(performance.now() - this.#lastWell));
    this.#lastWell = performance.now();
  }

  broke(error: NodeJS.ErrnoException & { connected?: boolean }, began: number): void {
    this.#took(began);
    const code = error.code ?? error.message;
    count(this.lost, code);
    if (code === 'ECONNREFUSED') this.outcome.failed += 1;
    else if (error.connected) this.outcome.unknown += 1;
    else this.outcome.unsent += 1;
  }

  #took(began: number): void {
    this.outcome.worst = Math.max(this.outcome.worst, Math.round(performance.now() - began));
  }
}

export interface Load {
  readonly seconds: number;
  readonly perSecond?: number;
  readonly host?: string;
  readonly method?: 'GET' | 'POST';
  /** From many addresses of loopback, as many visitors. */
  readonly spread?: boolean;
  /** Of the `number`th request, from 0 on. */
  readonly path?: (number: number) => string;
  readonly at?: readonly (readonly [milliseconds: number, act: () => unknown])[];
  /** Ends it before its time. */
  readonly until?: AbortSignal;
}

/**
 * Open-loop: `perSecond` requests begin on time whether or not earlier ones were answered, every second one on a kept
 * connection. Each has an `x-id` of its own. `at`: what to do how many milliseconds after the beginning.
 */
export async function probe(
  port: number,
  {
    seconds,
    perSecond = 200,
    host = '127.0.0.1',
    method = 'GET',
    path = () => '/',
    spread = false,
    at = [],
    until,
  }: Load,
): Promise<Outcome> {
  const kept = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const account = new Account();
  const { outcome } = account;
  const one = async (number: number) => {
    const [id, agent] = [`${method}-${number}`, number % 2 === 0 ? kept : (false as const)];
    const began = performance.now();
    const from = spread && { localAddress: `127.0.${number % 200}.${1 + (number % 250)}`, agent: false as const };
    await ask({ host, port, method, agent, path: path(number), headers: { 'x-id': id }, ...from }).then(
      (answer) => account.answered(answer, began),
      (error) => account.broke(error, began),
    );
  };
  const began = performance.now();
  const [pending, events]: [Promise<unknown>[], Promise<unknown>[]] = [[], []];
  const due = [...at];
  while (performance.now() - began < seconds * 1000 && until?.aborted !== true) {
    const elapsed = performance.now() - began;
    for (; due[0] !== undefined && due[0][0] <= elapsed; due.shift()) events.push(Promise.resolve(due[0][1]()));
    for (; outcome.sent < (elapsed * perSecond) / 1000; outcome.sent += 1) pending.push(one(outcome.sent));
    await new Promise((done) => setTimeout(done, 2));
  }
  await Promise.all([...pending, ...events]);
  kept.destroy();
  return outcome;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
