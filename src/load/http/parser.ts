import { Answer } from './answer.ts';
import { HttpFailure, protocolFailure } from './failure.ts';
import { readHead, startsAs, type WantedHead } from './head.ts';

/** Beyond these an answer is given up: they keep a hostile server from filling the memory. */
export const limits = { head: 256 * 1024, body: 64 * 1024 * 1024, chunkLine: 4096 };

/** What the reader of an answer wants of it. */
export interface Wanted extends WantedHead {
  readonly body: boolean;
}

const inHead = 0;
const inLength = 1;
const untilClose = 2;
const inChunkSize = 3;
const inChunk = 4;
const afterChunk = 5;
const inTrailer = 6;
const complete = 7;

const CR = 13;
const LF = 10;
const nothing: Wanted = { toHead: false, head: false, body: false };

/**
 * Reads answers of HTTP/1.x from bytes, however they are split, and without copying any that nobody asked for. As lenient as
 * JMeter's client: bare line feeds, rubbish before the status line, several lengths (the last valid one counts).
 * Throws HttpFailure where no answer can be made of it.
 */
export class AnswerParser {
  answer = new Answer();
  #wanted = nothing;
  #state = complete;
  /** Of the body or the chunk: how long it is, and how much is still to come. */
  #length = 0;
  #left = 0;
  #bodyBytes = 0;
  /** A head that comes in pieces, and where it begins there or in the bytes that are read. */
  #partial: Buffer | undefined = undefined;
  #partialLength = 0;
  #start = 0;
  #statusSeen = false;
  /** Bytes of the current line, and of the head, chunk size or trailer so far. */
  #line = 0;
  #seen = 0;
  #inExtension = false;

  get done(): boolean {
    return this.#state === complete;
  }

  expect(answer: Answer, wanted: Wanted): void {
    this.answer = answer;
    this.#wanted = wanted;
    this.#bodyBytes = 0;
    this.#begin(inHead);
  }

  #begin(state: number): void {
    this.#state = state;
    this.#partial = undefined;
    this.#partialLength = 0;
    this.#statusSeen = false;
    this.#line = 0;
    this.#seen = 0;
    this.#inExtension = false;
  }

  /**
   * Takes the bytes up to the end of the answer, and returns where that is: what is behind it belongs to no answer. Where it
   * throws, all of them count as received.
   */
  feed(bytes: Buffer, from: number, to: number): number {
    const { received } = this.answer;
    this.answer.received = received + to - from;
    let at = from;
    while (at < to && this.#state !== complete) {
      const state = this.#state;
      if (state === inHead) at = this.#feedHead(bytes, at, to);
      else if (state === inChunkSize) at = this.#feedChunkSize(bytes, at, to);
      else if (state === afterChunk) at = this.#feedChunkEnd(bytes, at);
      else if (state === inTrailer) at = this.#feedTrailer(bytes, at, to);
      else at = this.#feedBody(bytes, at, to);
    }
    this.answer.received = received + at - from;
    return at;
  }

  /** The connection has ended; undefined where that is the end of the answer too. */
  close(): HttpFailure | undefined {
    const state = this.#state;
    this.#state = complete;
    if (state === complete || state === untilClose) return undefined;
    if (state === inHead) return this.#closeHead();
    const had = this.#length - this.#left;
    if (state === inLength) {
      const sizes = `(expected: ${grouped(this.#length)}; received: ${grouped(had)})`;
      return lost('ConnectionClosedException', `Premature end of Content-Length delimited message body ${sizes}`);
    }
    if (state === inChunk) {
      const sizes = `(expected size: ${grouped(this.#length)}; actual size: ${grouped(had)})`;
      return lost('TruncatedChunkException', `Truncated chunk ${sizes}`);
    }
    const expected = 'closing chunk expected';
    return lost('ConnectionClosedException', `Premature end of chunk coded message body: ${expected}`);
  }

  #closeHead(): HttpFailure {
    if (this.answer.received > 0 && !this.#statusSeen && this.#line === 0) return protocolFailure();
    return lost('ConnectionClosedException', 'Premature end of the head of the answer');
  }

  #feedHead(bytes: Buffer, at: number, to: number): number {
    const before = this.#partialLength;
    if (this.#partial === undefined) {
      this.#start = at;
      const end = this.#scanHead(bytes, at, to);
      if (end >= 0) this.#endHead(bytes, end);
      else this.#keep(bytes, this.#start, to);
      return end < 0 ? to : end;
    }
    const partial = this.#keep(bytes, at, to);
    const end = this.#scanHead(partial, before, this.#partialLength);
    if (end >= 0) this.#endHead(partial, end);
    return end < 0 ? to : at + end - before;
  }

  /** Adds bytes to the head that comes in pieces. */
  #keep(bytes: Buffer, from: number, to: number): Buffer {
    const length = this.#partialLength + to - from;
    if (this.#partial === undefined) this.#start = 0;
    if (this.#partial === undefined || this.#partial.length < length) {
      const larger = Buffer.allocUnsafe(Math.max(1024, length * 2));
      this.#partial?.copy(larger, 0, 0, this.#partialLength);
      this.#partial = larger;
    }
    bytes.copy(this.#partial, this.#partialLength, from, to);
    this.#partialLength = length;
    return this.#partial;
  }

  /** Looks for the end of the head, which may have begun earlier; -1 where it is not there yet. */
  #scanHead(bytes: Buffer, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte !== LF) {
        if (byte !== CR) this.#line++;
        continue;
      }
      if (this.#statusSeen) {
        if (this.#line === 0) return i + 1;
      } else if (startsAs(bytes, this.#start, 'HTTP/')) this.#statusSeen = true;
      else this.#start = i + 1;
      this.#line = 0;
    }
    this.#seen += to - from;
    if (this.#seen > limits.head) throw tooLong('head', limits.head);
    return -1;
  }

  #endHead(bytes: Buffer, end: number): void {
    const { answer } = this;
    const framing = readHead(bytes, this.#start, end, answer, this.#wanted);
    if (answer.status < 200) {
      this.#begin(inHead);
      return;
    }
    const { status } = answer;
    const empty = this.#wanted.toHead || status === 204 || status === 304 || status === 205;
    if (empty || framing === 0) this.#state = complete;
    else if (framing === 'chunked') this.#begin(inChunkSize);
    else if (framing === 'close') this.#state = untilClose;
    else {
      this.#state = inLength;
      this.#length = framing;
      this.#left = framing;
    }
    this.#partial = undefined;
    if (this.#state === inChunkSize) this.#length = 0;
  }

  #feedBody(bytes: Buffer, at: number, to: number): number {
    const end = this.#state === untilClose ? to : Math.min(to, at + this.#left);
    this.#bodyBytes += end - at;
    if (this.#wanted.body) {
      if (this.#bodyBytes > limits.body) throw tooLong('body', limits.body);
      this.answer.parts.push(Buffer.from(bytes.subarray(at, end)));
    }
    if (this.#state === untilClose) return end;
    this.#left -= end - at;
    if (this.#left === 0) this.#state = this.#state === inLength ? complete : afterChunk;
    return end;
  }

  #feedChunkSize(bytes: Buffer, at: number, to: number): number {
    for (let i = at; i < to; i++) {
      const byte = bytes[i] as number;
      if (byte === LF) {
        if (this.#line === 0) throw malformed('Bad chunk header: ');
        this.#left = this.#length;
        const last = this.#length === 0;
        this.#begin(last ? inTrailer : inChunk);
        return i + 1;
      }
      if (++this.#seen > limits.chunkLine) throw tooLong('chunk header', limits.chunkLine);
      if (!this.#inExtension && !this.#isChunkSizeByte(byte))
        throw malformed(`Bad chunk header: ${lineAt(bytes, at, to)}`);
    }
    return to;
  }

  #isChunkSizeByte(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#length = this.#length * 16 + digit;
      return ++this.#line <= 13;
    }
    const isSpace = byte === 32 || byte === 9;
    if (byte === 59 || byte === CR || (isSpace && this.#line > 0)) this.#inExtension = true;
    return this.#inExtension || isSpace;
  }

  /** A line end must follow the chunk. */
  #feedChunkEnd(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte === LF) {
      this.#begin(inChunkSize);
      this.#length = 0;
    } else if (byte !== CR || ++this.#line > 1) throw malformed('Unexpected content at the end of chunk');
    return at + 1;
  }

  #feedTrailer(bytes: Buffer, at: number, to: number): number {
    for (let i = at; i < to; i++) {
      const byte = bytes[i];
      if (byte === LF) {
        if (this.#line === 0) {
          this.#state = complete;
          return i + 1;
        }
        this.#line = 0;
      } else if (byte !== CR) this.#line++;
      if (++this.#seen > limits.head) throw tooLong('trailer', limits.head);
    }
    return to;
  }
}

/** The value of a hexadecimal digit; -1 where it is none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** What there is of a line, for people. */
function lineAt(bytes: Buffer, at: number, to: number): string {
  const end = bytes.indexOf(LF, at);
  return bytes.toString('latin1', at, Math.min(at + 80, end < 0 ? to : end)).trim();
}

const grouped = (bytes: number) => bytes.toLocaleString('en-US');

const lost = (type: string, message: string) => new HttpFailure(`org.apache.http.${type}`, message, true);

const malformed = (message: string) => new HttpFailure('org.apache.http.MalformedChunkCodingException', message);

const tooLong = (what: string, limit: number) =>
  new HttpFailure(
    'org.apache.http.MessageConstraintException',
    `The ${what} of the answer is larger than ${limit} bytes`,
  );
