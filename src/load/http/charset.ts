import { TextDecoder } from 'node:util';

/** Texts and bytes by the names that Java has for character sets; `undefined` where this engine has no such set. */

const plain: Readonly<Record<string, 'utf8' | 'latin1' | 'ascii' | 'utf16be' | 'utf16le'>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'iso-8859-1': 'latin1',
  iso8859_1: 'latin1',
  latin1: 'latin1',
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'utf-16': 'utf16be',
  'utf-16be': 'utf16be',
  'utf-16le': 'utf16le',
};

/** As Java writes it in a content type. */
export const canonical = (name: string) => (/^windows/i.test(name) ? name.toLowerCase() : name.toUpperCase());

export function isCharset(name: string): boolean {
  return plain[name.toLowerCase()] !== undefined || decoderOf(name) !== undefined;
}

export function decode(bytes: Buffer, charset: string): string {
  switch (plain[charset.toLowerCase()]) {
    case 'utf8':
      return bytes.toString('utf8');
    case 'latin1':
      return bytes.toString('latin1');
    case 'ascii':
      return bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, '\ufffd');
  }
  if (charset.toLowerCase() === 'utf-16')
    return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  return (decoderOf(charset) ?? new TextDecoder()).decode(bytes);
}

/** What the set can't express becomes a question mark, as in Java. */
export function encode(text: string, charset: string): Buffer {
  const lower = charset.toLowerCase();
  switch (plain[lower]) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'latin1':
      return Buffer.from(text.replace(/[\u0100-\u{10ffff}]/gu, '?'), 'latin1');
    case 'ascii':
      return Buffer.from(text.replace(/[\u0080-\u{10ffff}]/gu, '?'), 'latin1');
    case 'utf16le':
      return Buffer.from(text, 'utf16le');
    case 'utf16be':
      return Buffer.from(lower === 'utf-16' ? `\ufeff${text}` : text, 'utf16le').swap16();
  }
  const bytes = bytesOf(lower);
  return Buffer.concat([...text].map((each) => bytes.get(each) ?? questionMark));
}

const questionMark = Buffer.from('?');

function decoderOf(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(name);
  } catch {
    return undefined;
  }
}

const tables = new Map<string, ReadonlyMap<string, Buffer>>();

/** The bytes of each character of a set whose characters have one or two: made by reading all of them. */
function bytesOf(charset: string): ReadonlyMap<string, Buffer> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const table = new Map<string, Buffer>();
  const add = (...bytes: number[]) => {
    const character = new TextDecoder(charset).decode(Uint8Array.from(bytes));
    const isOne = [...character].length === 1 && character !== '\ufffd';
    if (isOne && !table.has(character)) table.set(character, Buffer.from(bytes));
    return isOne;
  };
  for (let first = 0; first < 256; first++) {
    if (add(first)) continue;
    for (let second = 0x30; second < 256; second++) add(first, second);
  }
  tables.set(charset, table);
  return table;
}

/** As Java's URLEncoder and JMeter's forms write it: a space is a plus. */
export function urlEncode(text: string, charset: string): string {
  if (/^[\w.*-]*$/.test(text)) return text;
  return text.replace(/[^\w.*-]+/g, (part) =>
    part.replace(/[^ ]+/g, (each) => percent(encode(each, charset))).replaceAll(' ', '+'),
  );
}

function percent(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase().replace(/../g, '%$&');
}

/** As Java's URLDecoder reads it; undefined where an escape is none. */
export function urlDecode(text: string, charset: string): string | undefined {
  if (/%(?![\da-f]{2})/i.test(text)) return undefined;
  return text
    .replaceAll('+', ' ')
    .replace(/(%[\da-f]{2})+/gi, (part) => decode(Buffer.from(part.replaceAll('%', ''), 'hex'), charset));
}
