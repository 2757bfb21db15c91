import type { Answer } from './answer.ts';
import { protocolFailure } from './failure.ts';

/** The request was HEAD; the text of the head is wanted. */
export interface WantedHead {
  readonly toHead: boolean;
  readonly head: boolean;
}

/** How the body ends: after so many bytes, with its last chunk, or with the connection. */
export type Framing = number | 'chunked' | 'close';

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 58;

/**
 * Reads a whole head, blank line included, into the answer. Only what the client needs is made into text: the head itself
 * where it is wanted, or where the answer is a redirect or a challenge.
 */
export function readHead(bytes: Buffer, start: number, end: number, answer: Answer, wanted: WantedHead): Framing {
  const lineEnd = lineEndAt(bytes, start, end);
  const keepDefault = readStatus(bytes, start, lineEnd, answer);
  const { status } = answer;
  if (status < 200) return 0;
  answer.head =
    wanted.head || (status >= 300 && status < 400) || status === 401 ? bytes.toString('latin1', start, end) : '';
  answer.setCookies = undefined;
  const fields = new Fields(keepDefault);
  let at = lineEnd + 1;
  while (at < end) {
    const next = lineEndAt(bytes, at, end) + 1;
    const first = bytes[at];
    if (first === LF || (first === CR && next === at + 2)) break;
    if (first === SPACE || first === TAB) return readFolded(bytes, start, end, answer, wanted);
    readField(bytes, at, trimmedEnd(bytes, at, next - 1), answer, fields);
    at = next;
  }
  answer.keepAlive = fields.keepAlive && (wanted.toHead || fields.reusable(status));
  return fields.framing;
}

/** Folded lines are rare: they are joined, and the head is read again. */
function readFolded(bytes: Buffer, start: number, end: number, answer: Answer, wanted: WantedHead): Framing {
  const joined = bytes.toString('latin1', start, end).replace(/\r?\n[ \t]+/g, ' ');
  const unfolded = Buffer.from(joined, 'latin1');
  return readHead(unfolded, 0, unfolded.length, answer, wanted);
}

/** `HTTP/1.1 200 OK`; returns whether this version keeps the connection unless told otherwise. */
function readStatus(bytes: Buffer, start: number, lineEnd: number, answer: Answer): boolean {
  let at = start + 5;
  while (at < lineEnd && bytes[at] !== SPACE) at++;
  const is11 = at === start + 8 && !(bytes[start + 5] === 49 && bytes[start + 7] === 48);
  while (bytes[at] === SPACE) at++;
  let status = 0;
  let digits = 0;
  for (; at < lineEnd && isDigit(bytes[at]); at++, digits++) status = status * 10 + (bytes[at] as number) - 48;
  if (digits !== 3 || status < 100 || !(at >= lineEnd || bytes[at] === SPACE || bytes[at] === CR))
    throw protocolFailure();
  while (bytes[at] === SPACE) at++;
  const end = trimmedEnd(bytes, at, lineEnd);
  answer.status = status;
  answer.reason = end <= at ? '' : isOk(bytes, at, end) ? 'OK' : bytes.toString('latin1', at, end);
  return is11;
}

const isOk = (bytes: Buffer, at: number, end: number) => end - at === 2 && bytes[at] === 79 && bytes[at + 1] === 75;

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 48 && byte <= 57;

/** Lines are too short for `indexOf`, whose call costs more than the search. */
function lineEndAt(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LF) at++;
  return at;
}

function trimmedEnd(bytes: Buffer, at: number, end: number): number {
  let to = end;
  while (to > at && (bytes[to - 1] === CR || bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--;
  return to;
}

/** What the fields say of the end of the body and of the connection. */
class Fields {
  framing: Framing = 'close';
  keepAlive: boolean;
  #lengths = 0;
  #coded = false;

  constructor(keepAlive: boolean) {
    this.keepAlive = keepAlive;
  }

  /** What is no number counts as one that is there. */
  length(bytes: Buffer, from: number, to: number): void {
    this.#lengths++;
    if (this.#coded || to === from || to - from > 15) return;
    let length = 0;
    for (let at = from; at < to; at++) {
      if (!isDigit(bytes[at])) return;
      length = length * 10 + (bytes[at] as number) - 48;
    }
    this.framing = length;
  }

  coding(text: string): void {
    this.#coded = true;
    this.framing = /(^|,)\s*chunked\s*$/i.test(text) ? 'chunked' : 'close';
  }

  connection(text: string): void {
    const lower = text.toLowerCase();
    if (lower.includes('close')) this.keepAlive = false;
    else if (lower.includes('keep-alive')) this.keepAlive = true;
  }

  /** Where the end of the body is not beyond doubt, the connection is not used again. */
  reusable(status: number): boolean {
    const mayHaveBody = status !== 204 && status !== 304 && status !== 205;
    return !mayHaveBody || (this.framing !== 'close' && (this.#coded || this.#lengths === 1));
  }
}

function readField(bytes: Buffer, at: number, end: number, answer: Answer, fields: Fields): void {
  let colon = at;
  while (colon < end && bytes[colon] !== COLON) colon++;
  if (colon === end || colon === at) throw protocolFailure();
  let value = colon + 1;
  while (value < end && (bytes[value] === SPACE || bytes[value] === TAB)) value++;
  switch (colon - at) {
    case 10:
      if (isNamed(bytes, at, 'connection')) fields.connection(bytes.toString('latin1', value, end));
      else if (isNamed(bytes, at, 'keep-alive')) answer.keepSeconds = timeoutOf(bytes.toString('latin1', value, end));
      else if (isNamed(bytes, at, 'set-cookie')) {
        answer.setCookies ??= [];
        answer.setCookies.push(bytes.toString('latin1', value, end));
      }
      break;
    case 12:
      if (isNamed(bytes, at, 'content-type')) answer.contentType = typeAt(bytes, value, end);
      break;
    case 14:
      if (isNamed(bytes, at, 'content-length')) fields.length(bytes, value, end);
      break;
    case 15:
      if (isNamed(bytes, at, 'x-relevo-server')) answer.server = bytes.toString('latin1', value, end);
      break;
    case 16:
      if (isNamed(bytes, at, 'content-encoding')) answer.contentEncoding = bytes.toString('latin1', value, end);
      break;
    case 17:
      if (isNamed(bytes, at, 'transfer-encoding')) fields.coding(bytes.toString('latin1', value, end));
      break;
  }
}

let lastType = '';

/** Most answers have the type of the last one, whose text is used again. */
function typeAt(bytes: Buffer, from: number, to: number): string {
  const isSame = to - from === lastType.length && startsAs(bytes, from, lastType);
  if (!isSame) lastType = bytes.toString('latin1', from, to);
  return lastType;
}

export function startsAs(bytes: Buffer, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[from + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Compares without regard to case; names are of letters and hyphens, which the bit leaves as they are. */
function isNamed(bytes: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] as number) | 32) !== name.charCodeAt(i)) return false;
  }
  return true;
}

function timeoutOf(text: string): number {
  const seconds = /timeout\s*=\s*"?(\d{1,9})/i.exec(text)?.[1];
  return seconds === undefined ? -1 : Number(seconds);
}
