import type { Clock } from '../engine/user.ts';
import { Answer } from './answer.ts';
import { Connection, type ConnectionOwner, type WireRequest } from './connection.ts';
import { HttpFailure, socketClosed } from './failure.ts';
import type { Resolver } from './resolve.ts';
import { openSocket, type Peer } from './socket.ts';

/** Which connection a request may go over, and how one is made. */
export interface Route {
  readonly peer: Peer;
  /** Connections of the same key serve the same requests. */
  readonly key: string;
  /** Milliseconds; 0 for none. */
  readonly connectTimeout: number;
  /** Name or address of this host's that connections come from. */
  readonly localAddress: string | undefined;
  readonly resolver: Resolver;
}

/** Connections of one user: JMeter's threads share none. */
export class Connections implements ConnectionOwner, Disposable {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #live = new Set<Connection>();
  readonly #idle = new Map<string, Connection[]>();
  readonly #openings = new Openings();
  #sessions: Map<string, Buffer> | undefined = undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    follow(signal, this);
  }

  /** Sends a request and brings its answer; never rejects. */
  exchange(route: Route, request: WireRequest): Promise<Answer> {
    const idle = this.#take(route.key);
    if (idle !== undefined) return idle.exchange(request, new Answer());
    return this.#openAndExchange(route, request);
  }

  async #openAndExchange(route: Route, request: WireRequest): Promise<Answer> {
    const answer = new Answer();
    try {
      const connection = await this.#open(route);
      answer.connected = this.#clock.now();
      return await connection.exchange(request, answer);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      answer.failure = error;
      answer.end = this.#clock.now();
      answer.connected = answer.end;
      return answer;
    }
  }

  async #open(route: Route): Promise<Connection> {
    if (this.#signal.aborted) throw socketClosed();
    const { peer, key, connectTimeout, localAddress } = route;
    const addresses = await this.#openings.until(route.resolver(peer.host));
    const connection = new Connection(key, peer, this.#clock, this);
    const session = this.#sessions?.get(key);
    const keepSession = (given: Buffer) => {
      this.#sessions ??= new Map();
      this.#sessions.set(key, given);
    };
    const opening = { addresses, timeout: connectTimeout, localAddress, session, keepSession };
    connection.attach(await openSocket(peer, opening, connection, this.#openings));
    this.#live.add(connection);
    return connection;
  }

  /** The one that was used last, as JMeter takes it. */
  #take(key: string): Connection | undefined {
    const idle = this.#idle.get(key);
    if (idle === undefined) return undefined;
    const now = this.#clock.now();
    for (let each = idle.pop(); each !== undefined; each = idle.pop()) {
      if (each.isOpen && each.expires > now) return each;
      each.destroy();
    }
    return undefined;
  }

  released(connection: Connection): void {
    const idle = this.#idle.get(connection.key);
    if (idle === undefined) this.#idle.set(connection.key, [connection]);
    else idle.push(connection);
  }

  closed(connection: Connection): void {
    this.#live.delete(connection);
    const idle = this.#idle.get(connection.key);
    const at = idle?.indexOf(connection) ?? -1;
    if (at >= 0) idle?.splice(at, 1);
  }

  /** The next requests are another person's. */
  reset(): void {
    for (const each of [...this.#live]) each.destroy();
    this.#sessions = undefined;
  }

  abort(): void {
    this.#openings.abort();
    for (const each of [...this.#live]) each.abort();
  }

  [Symbol.dispose](): void {
    this.abort();
    followed.get(this.#signal)?.delete(this);
  }
}

/** Connections that are being made. */
class Openings {
  aborted = false;
  readonly #aborts = new Set<() => void>();

  add(abort: () => void): void {
    this.#aborts.add(abort);
  }

  delete(abort: () => void): void {
    this.#aborts.delete(abort);
  }

  /** What comes of it, or a failure as soon as it is aborted. */
  async until<T>(work: Promise<T> | T): Promise<T> {
    if (!(work instanceof Promise)) return work;
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = () => reject(socketClosed());
    this.add(abort);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.delete(abort);
    }
  }

  abort(): void {
    this.aborted = true;
    for (const each of [...this.#aborts]) each();
  }
}

/** One listener for all users of a signal: a listener each would be looked through whenever one is added. */
const followed = new WeakMap<AbortSignal, Set<Connections>>();

function follow(signal: AbortSignal, connections: Connections): void {
  const all = followed.get(signal);
  if (all !== undefined) {
    all.add(connections);
    return;
  }
  const these = new Set([connections]);
  followed.set(signal, these);
  signal.addEventListener('abort', () => {
    for (const each of [...these]) each.abort();
  });
}
