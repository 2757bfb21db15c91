import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { Response } from '../sample.ts';
import { type Answer, linesOf } from './answer.ts';
import { decode, isCharset } from './charset.ts';
import { HttpFailure } from './failure.ts';
import { limits } from './parser.ts';

/** Below this the thread pool costs more than it saves. */
const small = 64 * 1024;

const options = { maxOutputLength: limits.body };

interface Coding {
  now(bytes: Buffer): Buffer;
  later(bytes: Buffer): Promise<Buffer>;
}

const gzip: Coding = {
  now: (bytes) => gunzipSync(bytes, options),
  later: (bytes) => promisify<Buffer, typeof options, Buffer>(gunzip)(bytes, options),
};

/** With its header, as the standard says, or without, as some servers send it. */
const deflate: Coding = {
  now: (bytes) => (isZlib(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options)),
  later: (bytes) => promisify<Buffer, typeof options, Buffer>(isZlib(bytes) ? inflate : inflateRaw)(bytes, options),
};

const isZlib = (bytes: Buffer) => ((bytes[0] ?? 0) & 15) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0;

const codings: Readonly<Record<string, Coding>> = {
  gzip,
  'x-gzip': gzip,
  deflate,
  br: {
    now: (bytes) => brotliDecompressSync(bytes, options),
    later: (bytes) => promisify<Buffer, typeof options, Buffer>(brotliDecompress)(bytes, options),
  },
};

/** The body without its content codings; those that nobody knows are left, as JMeter does. Rejects with HttpFailure. */
export function contentOf({ parts, contentEncoding }: Answer): Promise<Buffer> | Buffer {
  const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  if (contentEncoding === '' || bytes.length === 0) return bytes;
  return undone(bytes, contentEncoding.toLowerCase().split(',').reverse());
}

async function undone(bytes: Buffer, names: readonly string[]): Promise<Buffer> {
  let content = bytes;
  try {
    for (const each of names) {
      const coding = codings[each.trim()];
      if (coding !== undefined) content = content.length < small ? coding.now(content) : await coding.later(content);
    }
    return content;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_BUFFER_TOO_LARGE') throw new HttpFailure('java.util.zip.ZipException', message);
    const bound = `The body becomes larger than ${limits.body} bytes when it is decompressed`;
    throw new HttpFailure('org.apache.http.MessageConstraintException', bound);
  }
}

export interface ContentType {
  /** As JTL files have it. */
  readonly type: 'text' | 'bin' | '';
  /** The character set as it is written; empty where none is. */
  readonly charset: string;
  /** In lower case, without parameters. */
  readonly media: string;
}

const types = new Map<string, ContentType>();

/** Reads a `Content-Type` as JMeter does. */
export function contentTypeOf(text: string): ContentType {
  const known = types.get(text);
  if (known !== undefined) return known;
  const isText = /^(audio\/(x-)?mpegurl|video\/f4m|image\/svg\+xml)/.test(text);
  const isBinary = !isText && /^(image|audio|video)\//.test(text);
  const charset = /charset=(?:"([^";]*)"?|'([^';]*)'?|([^;]*))/i.exec(text);
  const read: ContentType = {
    type: text === '' ? '' : isBinary ? 'bin' : 'text',
    charset: charset?.[1] ?? charset?.[2] ?? charset?.[3]?.trim() ?? '',
    media: (/^[^ ;]*/.exec(text)?.[0] ?? '').toLowerCase(),
  };
  if (types.size < 200) types.set(text, read);
  return read;
}

/** Of a page that says its character set only in itself. */
export function charsetInPage(body: Buffer): string {
  const start = body.toString('utf8', 0, 2000);
  const content = /<meta http-equiv="content-type" content="([^"]*)"/i.exec(start)?.[1];
  return content === undefined ? '' : contentTypeOf(content).charset;
}

/** The status line and headers as JMeter shows them: a line each, each ended by a line feed. */
export const shownHead = (head: string) => `${linesOf(head).join('\n')}\n`;

export class HttpResponse implements Response {
  readonly headers: string;
  readonly requestHeaders: string;
  readonly body: Buffer;
  readonly #charset: string;
  #text: string | undefined = undefined;

  constructor(headers: string, requestHeaders: string, body: Buffer, charset: string) {
    this.headers = headers;
    this.requestHeaders = requestHeaders;
    this.body = body;
    this.#charset = charset;
  }

  text(): string {
    this.#text ??= decode(this.body, isCharset(this.#charset) ? this.#charset : 'UTF-8');
    return this.#text;
  }
}

export const md5Of = (body: Buffer) => Buffer.from(createHash('md5').update(body).digest('hex'));
