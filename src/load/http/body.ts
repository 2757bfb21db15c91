import { basename } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import type { PlanFiles } from '../engine/user.ts';
import { canonical, encode, isCharset, urlDecode, urlEncode } from './charset.ts';
import { HttpFailure } from './failure.ts';
import { sendsValuesAsBody } from './query.ts';
import { type FileValues, isTrue, type Values } from './settings.ts';

/** A body as it is sent, and what JMeter says that it is. */
export interface Entity {
  readonly contentType: string | undefined;
  /** Its type stands instead of the one that a header manager has. */
  readonly overrides: boolean;
  /** The type is a file's own: then it stands before the length. */
  readonly ofFile?: boolean;
  readonly bytes: Buffer;
}

export interface BodySources {
  readonly files: PlanFiles;
  random(): number;
}

const bodiless = new Set(['HEAD', 'TRACE', 'OPTIONS']);

/** The body of a request by this method; undefined where it has none. Throws HttpFailure. */
export function entityOf(values: Values, method: string, following: boolean, sources: BodySources): Entity | undefined {
  if (bodiless.has(method)) return undefined;
  if (method === 'GET' && (following || !(isFileAlone(values) || sendsValuesAsBody(values)))) return undefined;
  if (!isCharset(values.encoding))
    throw new HttpFailure('java.nio.charset.UnsupportedCharsetException', values.encoding);
  if (usesMultipart(values)) return multipart(values, sources);
  if (isFileAlone(values)) return fileBody(values, sources.files);
  return sendsValuesAsBody(values) ? valuesBody(values) : form(values);
}

const sendsFileAsBody = ({ files }: Values) => files.length === 1 && files[0]?.path !== '' && files[0]?.name === '';

const isFileAlone = (values: Values) =>
  values.arguments.length === 0 && sendsFileAsBody(values) && !isTrue(values.multipart);

function usesMultipart(values: Values): boolean {
  const { files } = values;
  if (isTrue(values.multipart)) return true;
  return files.length > 0 && files.every(({ path }) => path !== '') && !sendsFileAsBody(values);
}

function fileBody({ files }: Values, plan: PlanFiles): Entity {
  const [file] = files as [FileValues];
  const contentType = file.type === '' ? undefined : file.type;
  return { contentType, overrides: false, ofFile: true, bytes: fileOf(file.path, plan) };
}

function valuesBody({ arguments: all, encoding, files }: Values): Entity {
  const text = all.map(({ value, encode: encoded }) => (encoded ? urlEncode(value, encoding) : value)).join('');
  const type = files[0]?.type ?? '';
  const contentType = type === '' ? `text/plain; charset=${canonical(encoding)}` : type;
  return { contentType, overrides: false, ofFile: type !== '', bytes: encode(text, encoding) };
}

function form({ arguments: all, encoding }: Values): Entity {
  const fields = all
    .filter(({ name }) => !isSkipped(name))
    .map(({ name, value, encode: encoded }) => {
      const written = [name, value].map((text) => (encoded ? text : decoded(text, encoding)));
      return written.map((text) => urlEncode(text, encoding)).join('=');
    });
  const contentType = `application/x-www-form-urlencoded; charset=${canonical(encoding)}`;
  return { contentType, overrides: false, bytes: Buffer.from(fields.join('&'), 'latin1') };
}

/** Blank, or a variable that nobody has set. */
const isSkipped = (name: string) => /^\s*$/.test(name) || (name.trim().startsWith('${') && name.endsWith('}'));

function decoded(text: string, encoding: string): string {
  const plain = urlDecode(text, encoding);
  if (plain !== undefined) return plain;
  const why = 'URLDecoder: Illegal hex characters in escape (%) pattern';
  throw new HttpFailure('java.lang.IllegalArgumentException', why);
}

function multipart(values: Values, { files, random }: BodySources): Entity {
  const charset = canonical(values.encoding);
  const boundary = boundaryOf(random);
  const isBrowser = isTrue(values.browserMultipart);
  const headersIn = isBrowser ? values.encoding : 'UTF-8';
  const parts: Buffer[] = [];
  const add = (disposition: string, type: string | undefined, transfer: string, content: Buffer) => {
    const lines = [`--${boundary}`, `Content-Disposition: form-data; ${disposition}`];
    if (type !== undefined) lines.push(`Content-Type: ${type}`);
    if (!isBrowser) lines.push(`Content-Transfer-Encoding: ${transfer}`);
    parts.push(encode(`${lines.join('\r\n')}\r\n\r\n`, headersIn), content, Buffer.from('\r\n'));
  };
  for (const { name, value, contentType } of values.arguments) {
    if (isSkipped(name)) continue;
    const type = contentType.includes(';') ? contentType : `${contentType}; charset=${charset}`;
    add(
      `name="${quoted(name)}"`,
      isBrowser ? undefined : type,
      '8bit',
      encode(value, charsetOf(type) ?? values.encoding),
    );
  }
  for (const { path, name, type } of values.files) {
    const filename = quoted(escaped(basename(path), headersIn));
    const disposition = `name="${quoted(name)}"; filename="${filename}"`;
    add(disposition, type === '' ? 'application/octet-stream' : type, 'binary', fileOf(path, files));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  const contentType = `multipart/form-data; boundary=${boundary}; charset=${charset}`;
  return { contentType, overrides: true, bytes: Buffer.concat(parts) };
}

const boundaryCharacters = '-_1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function boundaryOf(random: () => number): string {
  const pick = () => boundaryCharacters[Math.floor(random() * boundaryCharacters.length)];
  return Array.from({ length: 35 }, pick).join('');
}

const quoted = (text: string) => text.replace(/["\\\r]/g, '\\$&');

function charsetOf(type: string): string | undefined {
  const name = /charset=["']?([^"';\s]+)/i.exec(type)?.[1];
  return name !== undefined && isCharset(name) ? name : undefined;
}

/** What of a file's name can't stand in a header, as browsers write it. */
function escaped(name: string, charset: string): string {
  const percent = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return [...percent]
    .map((each) =>
      each !== '?' && encode(each, charset).toString('latin1') === '?' ? `&#${each.codePointAt(0)}` : each,
    )
    .join('');
}

/** JMeter fails the sample where a file can't be read, and so do we. */
function fileOf(path: string, files: PlanFiles): Buffer {
  try {
    return files.read(path);
  } catch (error) {
    if (error instanceof RelevoError) throw new HttpFailure('java.io.FileNotFoundException', error.message);
    throw error;
  }
}
