import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../../src/load/http/answer.ts';
import { HttpFailure } from '../../../src/load/http/failure.ts';
import { AnswerParser, limits } from '../../../src/load/http/parser.ts';

interface Read {
  readonly status: number;
  readonly reason: string;
  readonly type: string;
  readonly body: string;
  readonly received: number;
  readonly keepAlive: boolean;
  readonly done: boolean;
  readonly surplus: number;
  readonly failure: string | undefined;
}

/** Feeds the pieces, each in memory that is overwritten afterwards, as the sockets' common buffer is. */
function read(pieces: readonly Buffer[], options: { toHead?: boolean; close?: boolean } = {}): Read {
  const parser = new AnswerParser();
  const answer = new Answer();
  parser.expect(answer, { toHead: options.toHead ?? false, head: true, body: true });
  let failure: HttpFailure | undefined;
  let surplus = 0;
  try {
    for (const piece of pieces) {
      const memory = Buffer.concat([Buffer.from('????'), piece]);
      const end = parser.done ? 4 : parser.feed(memory, 4, memory.length);
      surplus += memory.length - end;
      memory.fill(0x21);
    }
    if (options.close === true) failure = parser.close();
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    failure = error;
  }
  const { status, reason, contentType: type, received, keepAlive } = answer;
  const body = Buffer.concat(answer.parts).toString('latin1');
  const { done } = parser;
  return { status, reason, type, body, received, keepAlive, done, surplus, failure: failure?.type };
}

const answer = (text: string, options = {}) => read([Buffer.from(text, 'latin1')], options);
const ok = 'HTTP/1.1 200 OK\r\n';

describe('the parser of answers', () => {
  it.each([
    ['a length', `${ok}Content-Length: 5\r\n\r\nhello`, { body: 'hello', keepAlive: true, done: true }],
    ['no body', `${ok}Content-Length: 0\r\n\r\n`, { body: '', keepAlive: true, done: true }],
    ['names in any case', `${ok}cOnTeNt-LENGTH:5\r\n\r\nhello`, { body: 'hello', done: true }],
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\nContent-Type: a/b \n\nok', { body: 'ok', type: 'a/b' }],
    ['no reason', 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', { status: 404, reason: '', done: true }],
    ['an empty reason', 'HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n', { status: 404, reason: '', done: true }],
    ['a long reason', 'HTTP/1.1 404 Not  here\r\nContent-Length: 0\r\n\r\n', { reason: 'Not  here' }],
    [
      'chunks',
      `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x="y"\r\n0123456789\r\n0\r\n\r\n`,
      { body: 'abc0123456789', done: true, keepAlive: true },
    ],
    [
      'a trailer',
      `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`,
      { body: 'a', done: true },
    ],
    ['chunks with bare line feeds', `${ok}Transfer-Encoding: chunked\n\n1 \na\n0\n\n`, { body: 'a', done: true }],
    [
      'chunks and a length',
      `${ok}Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      { body: 'a', done: true },
    ],
    [
      'chunks, then a length',
      `${ok}Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      { body: 'a', done: true },
    ],
    [
      'interim answers',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Type: no/no\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
      { status: 200, body: 'x', type: '', done: true },
    ],
    [
      'rubbish before the status line',
      `\r\nwhat?\r\n${ok}Content-Length: 1\r\n\r\nx`,
      { status: 200, body: 'x', done: true },
    ],
    [
      'folded lines',
      `${ok}Content-Type: text/html;\r\n  charset=x\r\nContent-Length: 1\r\n\r\nx`,
      { type: 'text/html; charset=x', body: 'x', done: true },
    ],
    [
      '204 with a length',
      'HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n',
      { body: '', done: true, keepAlive: true },
    ],
    [
      '304 with chunks',
      'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
      { body: '', done: true, keepAlive: true },
    ],
    ['205', 'HTTP/1.1 205 Reset Content\r\n\r\n', { body: '', done: true }],
    [
      'two lengths that agree',
      `${ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
      { body: 'x', done: true, keepAlive: false },
    ],
    [
      'two lengths: the last counts',
      `${ok}Content-Length: 9\r\nContent-Length: 1\r\n\r\nx`,
      { body: 'x', done: true, keepAlive: false },
    ],
    [
      'a second length that is none',
      `${ok}Content-Length: 1\r\nContent-Length: z\r\n\r\nx`,
      { body: 'x', done: true, keepAlive: false },
    ],
    ['more than the length', `${ok}Content-Length: 1\r\n\r\nxyz`, { body: 'x', done: true, surplus: 2 }],
    ['a second answer', `${ok}Content-Length: 1\r\n\r\nx${ok}Content-Length: 0\r\n\r\n`, { body: 'x', surplus: 38 }],
    ['Connection: close', `${ok}Connection: close\r\nContent-Length: 1\r\n\r\nx`, { keepAlive: false, done: true }],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', { keepAlive: false, done: true }],
    [
      'HTTP/1.0 that keeps',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx',
      { keepAlive: true },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(answer(text)).toMatchObject({ ...expected, failure: undefined });
  });

  it('takes a body to the end of the connection where nothing says its length', () => {
    expect(answer(`${ok}\r\nall of this`, { close: true })).toMatchObject({
      body: 'all of this',
      keepAlive: false,
      failure: undefined,
    });
    expect(answer(`${ok}Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nall of this`, { close: true }).body).toBe(
      'all of this',
    );
  });

  it('takes no body of an answer to HEAD', () => {
    const read = answer(`${ok}Content-Length: 500\r\n\r\n`, { toHead: true });
    expect(read).toMatchObject({ done: true, keepAlive: true, body: '' });
    expect(answer(`${ok}\r\n`, { toHead: true })).toMatchObject({ done: true, keepAlive: true });
  });

  it.each([
    ['a length that is too great', `${ok}Content-Length: 9\r\n\r\nhello`, 'org.apache.http.ConnectionClosedException'],
    ['half a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n9\r\nhello`, 'org.apache.http.TruncatedChunkException'],
    ['no last chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`, 'org.apache.http.ConnectionClosedException'],
    ['half a trailer', `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\nX: `, 'org.apache.http.ConnectionClosedException'],
    ['half a head', `${ok}Content-Length: 9`, 'org.apache.http.ConnectionClosedException'],
    ['only rubbish', 'SSH-2.0-OpenSSH_9.2\r\n', 'org.apache.http.client.ClientProtocolException'],
  ])('tells %s where the connection ends', (_, text, failure) => {
    expect(answer(text, { close: true }).failure).toBe(failure);
  });

  it.each([
    ['a chunk size that is none', `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'MalformedChunkCodingException'],
    ['no chunk size', `${ok}Transfer-Encoding: chunked\r\n\r\n\r\n`, 'MalformedChunkCodingException'],
    [
      'a chunk size of 20 digits',
      `${ok}Transfer-Encoding: chunked\r\n\r\n11111111111111111111\r\n`,
      'MalformedChunkCodingException',
    ],
    ['no line end behind a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nabc`, 'MalformedChunkCodingException'],
    [
      'an endless chunk extension',
      `${ok}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(limits.chunkLine)}`,
      'MessageConstraintException',
    ],
    [
      'an endless trailer',
      `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${'x'.repeat(limits.head + 1)}`,
      'MessageConstraintException',
    ],
    ['an endless head', `${ok}X: ${'x'.repeat(limits.head)}`, 'MessageConstraintException'],
    ['endless rubbish', 'x\n'.repeat(limits.head), 'MessageConstraintException'],
    ['a line without a colon', `${ok}what is this\r\n\r\n`, 'client.ClientProtocolException'],
    ['a status that is none', 'HTTP/1.1 2xx OK\r\n\r\n', 'client.ClientProtocolException'],
    ['a status of two digits', 'HTTP/1.1 42 OK\r\n\r\n', 'client.ClientProtocolException'],
  ])('refuses %s', (_, text, failure) => {
    expect(answer(text).failure).toBe(`org.apache.http.${failure}`);
  });

  it('gives up a body beyond its bound, where somebody wants it', () => {
    const part = Buffer.alloc(1024 * 1024);
    const pieces = [Buffer.from(`${ok}\r\n`), ...Array.from({ length: 65 }, () => part)];
    expect(read(pieces).failure).toBe('org.apache.http.MessageConstraintException');
  });
});

/** Answers of every kind, with what they should be read as. */
const body = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const headers = fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,18}$/), fc.stringMatching(/^[ -9;-~]{0,30}$/)), {
  maxLength: 5,
});
const chunkedBody = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }), { maxLength: 5 });

const wellFormed = fc
  .record({
    headers,
    body,
    chunks: fc.option(chunkedBody, { nil: undefined }),
    interim: fc.boolean(),
    rubbish: fc.boolean(),
  })
  .map(({ headers, body, chunks, interim, rubbish }) => {
    const own = headers.filter(([name]) => !/^(content-length|transfer-encoding|connection)$/i.test(name));
    const fields = own.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const before = `${rubbish ? 'x\r\n' : ''}${interim ? 'HTTP/1.1 100 Continue\r\nA: b\r\n\r\n' : ''}`;
    if (chunks === undefined) {
      return { text: `${before}${ok}${fields}Content-Length: ${body.length}\r\n\r\n${body}`, body };
    }
    const coded = chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('');
    return {
      text: `${before}${ok}${fields}Transfer-Encoding: chunked\r\n\r\n${coded}0\r\n\r\n`,
      body: chunks.join(''),
    };
  });

const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
};

describe('the parser, whatever comes', () => {
  it('reads the same from any pieces', () => {
    fc.assert(
      fc.property(wellFormed, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), ({ text, body }, cuts, byByte) => {
        const bytes = Buffer.from(text, 'latin1');
        const whole = read([bytes]);
        const pieces = byByte ? [...bytes].map((each) => Buffer.from([each])) : split(bytes, cuts);
        expect(read(pieces)).toEqual(whole);
        expect(whole).toMatchObject({ body, done: true, received: bytes.length, failure: undefined });
      }),
    );
  });

  it('takes any bytes without throwing anything else than a failure', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(wellFormed, fc.nat(), fc.nat(255)).map(([{ text }, at, byte]) => {
        const bytes = Buffer.from(text, 'latin1');
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const result = read(split(bytes, cuts), { close: true });
        expect(result.received).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
