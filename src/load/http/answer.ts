import type { HttpFailure } from './failure.ts';

/** What came back for one request; filled while it comes. Times are the clock's, 0 where there was no such moment. */
export class Answer {
  status = 0;
  reason = '';
  contentType = '';
  contentEncoding = '';
  /** From `X-Relevo-Server`. */
  server = '';
  setCookies: string[] | undefined = undefined;
  /** The connection may carry another request. */
  keepAlive = false;
  /** Seconds that the server keeps the connection (`Keep-Alive: timeout=`); -1 where it does not say. */
  keepSeconds = -1;
  /** Status line and headers as they came, with their line ends; only where asked for, and of redirects and challenges. */
  head = '';
  /** Parts of the body as it came, undone from its chunks; only where asked for. */
  readonly parts: Buffer[] = [];
  /** Bytes of the answer on the wire: heads (interim ones too), chunk sizes, trailers. */
  received = 0;
  sent = 0;
  connected = 0;
  firstByte = 0;
  end = 0;
  failure: HttpFailure | undefined = undefined;
}

/** Values of a header in the order of the head; folded lines are joined. */
export function headersOf(head: string, name: string): string[] {
  const values: string[] = [];
  const wanted = name.toLowerCase();
  for (const line of linesOf(head).slice(1)) {
    const colon = line.indexOf(':');
    if (colon === wanted.length && line.slice(0, colon).toLowerCase() === wanted)
      values.push(line.slice(colon + 1).trim());
  }
  return values;
}

/** JMeter asks for the last one of a name. */
export const headerOf = (head: string, name: string): string | undefined => headersOf(head, name).at(-1);

/** Lines of a head without the blank one at its end. */
export function linesOf(head: string): string[] {
  return head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}
