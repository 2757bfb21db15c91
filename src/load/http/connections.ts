import type { LoadClock } from '../engine/user.ts';
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
  readonly #clock: LoadClock;
  readonly #signal: AbortSignal;
  /** Most users have one, for which sets and maps would be ten times as large. */
  readonly #live: Connection[] = [];
  /** The one that was used last is the last. */
  readonly #idle: Connection[] = [];
  readonly #openings = new Openings();
  #sessions: Map<string, Buffer> | undefined = undefined;

  constructor(clock: LoadClock, signal: AbortSignal) {
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
    this.#live.push(connection);
    return connection;
  }

  /** The one that was used last, as JMeter takes it. */
  #take(key: string): Connection | undefined {
    const idle = this.#idle;
    for (let at = idle.length - 1; at >= 0; at -= 1) {
      const each = idle[at] as Connection;
      if (each.key !== key) continue;
      idle.splice(at, 1);
      if (each.isOpen && each.expires > this.#clock.now()) return each;
      each.destroy();
    }
    return undefined;
  }

  released(connection: Connection): void {
    this.#idle.push(connection);
  }

  closed(connection: Connection): void {
    for (const all of [this.#live, this.#idle]) {
      const at = all.indexOf(connection);
      if (at >= 0) all.splice(at, 1);
    }
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
  readonly #aborts: (() => void)[] = [];

  add(abort: () => void): void {
    this.#aborts.push(abort);
  }

  delete(abort: () => void): void {
    const at = this.#aborts.indexOf(abort);
    if (at >= 0) this.#aborts.splice(at, 1);
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
