import type { Socket } from 'node:net';
import type { LoadClock } from '../engine/user.ts';
import type { Answer } from './answer.ts';
import { brokenBy, HttpFailure, noResponse, readTimedOut, socketClosed } from './failure.ts';
import { AnswerParser, type Wanted } from './parser.ts';
import type { Peer } from './socket.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  /** Up to and including the blank line; each character is a byte. */
  readonly head: string;
  readonly body: Buffer | undefined;
  readonly wanted: Wanted;
  /** The connection may be used again: the request does not say `Connection: close`. */
  readonly keepAlive: boolean;
  /** Longest silence in milliseconds while the answer is awaited; 0 for none. */
  readonly timeout: number;
}

/** Milliseconds after which JMeter gives up connections, however busy. */
const timeToLive = 60_000;

/** Whom a connection tells that it is free, or gone. */
export interface ConnectionOwner {
  released(connection: Connection): void;
  closed(connection: Connection): void;
}

/** One connection, and the request that is on it. */
export class Connection {
  readonly key: string;
  readonly #peer: Peer;
  /** When it may no longer be used. */
  expires = 0;
  isOpen = false;
  readonly #clock: LoadClock;
  readonly #owner: ConnectionOwner;
  readonly #parser = new AnswerParser();
  #socket: Socket | undefined = undefined;
  #resolve: ((answer: Answer) => void) | undefined = undefined;
  #keepAlive = false;
  #timeout = 0;
  readonly #hold = (resolve: (answer: Answer) => void): void => {
    this.#resolve = resolve;
  };

  constructor(key: string, peer: Peer, clock: LoadClock, owner: ConnectionOwner) {
    this.key = key;
    this.#peer = peer;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Takes a socket that is connected; what it reads is handed to `read`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    this.isOpen = true;
    this.expires = this.#clock.now() + timeToLive;
    socket.on('error', (error) => this.#broken(brokenBy(error)));
    socket.on('end', () => this.#ended());
    socket.on('close', () => this.#ended());
    socket.on('timeout', () => {
      if (this.#resolve !== undefined) this.#broken(readTimedOut());
    });
  }

  /** Sends the request; the answer tells whether it came. There is one at a time. */
  exchange(request: WireRequest, answer: Answer): Promise<Answer> {
    const { head, body } = request;
    const socket = this.#socket as Socket;
    this.#parser.expect(answer, request.wanted);
    this.#keepAlive = request.keepAlive;
    const promise = new Promise(this.#hold);
    if (request.timeout !== this.#timeout) {
      this.#timeout = request.timeout;
      socket.setTimeout(request.timeout);
    }
    answer.sent = head.length;
    if (body === undefined) socket.write(head, 'latin1');
    else {
      answer.sent += body.length;
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
    return promise;
  }

  read(length: number, bytes: Buffer): void {
    if (this.#resolve === undefined) {
      // Nobody asked for anything: whatever this is, the next request must not get it as its answer.
      this.destroy();
      return;
    }
    const parser = this.#parser;
    const { answer } = parser;
    if (answer.firstByte === 0) answer.firstByte = this.#clock.now();
    try {
      const end = parser.feed(bytes, 0, length);
      if (parser.done) this.#complete(end === length);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      this.#broken(error);
    }
  }

  /** Ends whatever is on it, as JMeter does when a test is stopped. */
  abort(): void {
    this.#broken(socketClosed());
  }

  destroy(): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.#owner.closed(this);
    }
    this.#socket?.destroy();
  }

  #complete(clean: boolean): void {
    const { answer } = this.#parser;
    const now = this.#clock.now();
    answer.end = now;
    const again = clean && this.isOpen && this.#keepAlive && answer.keepAlive;
    if (again && answer.keepSeconds >= 0) this.expires = Math.min(this.expires, now + answer.keepSeconds * 1000);
    this.#settle(answer);
    if (again) this.#owner.released(this);
    else this.destroy();
  }

  #ended(): void {
    if (this.#resolve !== undefined) {
      const failure = this.#parser.close();
      if (failure === undefined) this.#complete(false);
      else this.#broken(this.#parser.answer.received === 0 ? noResponse(this.#peer) : failure);
    }
    this.destroy();
  }

  #broken(failure: HttpFailure): void {
    if (this.#resolve !== undefined) {
      const { answer } = this.#parser;
      answer.failure = failure;
      answer.end = this.#clock.now();
      this.#settle(answer);
    }
    this.destroy();
  }

  #settle(answer: Answer): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(answer);
  }
}
