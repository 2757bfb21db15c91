import { createHash } from 'node:crypto';
import { Refused, store, type TextFunction, unevaluable } from '../function.ts';
import { escapeHtml, escapeXml, unescapeHtml } from '../html-entities.ts';
import type { Text } from '../template.ts';

/** A function of one text. */
function maps(name: string, title: string, map: (text: string) => string): TextFunction {
  return {
    name,
    title,
    syntax: `${name}(text)`,
    takes: [1, 1],
    compile:
      ([text]) =>
      (user) =>
        map(text?.of(user) ?? ''),
  };
}

/** A plugin's, whose last argument may be a variable. */
function mapsInto(name: string, title: string, map: (text: string) => string): TextFunction {
  return {
    name,
    title,
    syntax: `${name}(text, [variable])`,
    takes: [1, 2],
    plugin: true,
    compile:
      ([text, variable]) =>
      (user) =>
        store(user, variable, map(text?.of(user) ?? '')),
  };
}

export const strings: readonly TextFunction[] = [
  maps('__urlencode', 'Encodes a text as forms are', urlEncode),
  maps('__urldecode', 'Decodes what is encoded as forms are', urlDecode),
  maps('__escapeHtml', 'Escapes characters by the entities of HTML 4', escapeHtml),
  maps('__unescapeHtml', 'Takes the escapes of HTML away', unescapeHtml),
  maps('__escapeXml', 'Escapes characters for XML', escapeXml),
  maps('__unescape', 'Takes the escapes of Java strings away: \\n, \\t, \\u00e9', unescapeJava),
  mapsInto('__base64Encode', 'Base64 of a text in UTF-8', (text) => Buffer.from(text).toString('base64')),
  mapsInto('__base64Decode', 'The text in UTF-8 whose Base64 it is', (text) => Buffer.from(text, 'base64').toString()),
  mapsInto('__strLen', 'The length of a text', (text) => String(text.length)),
  mapsInto('__uppercase', 'A text in upper case', (text) => text.toUpperCase()),
  mapsInto('__lowercase', 'A text in lower case', (text) => text.toLowerCase()),
  mapsInto('__MD5', 'The MD5 sum of a text, in hexadecimal', (text) => createHash('md5').update(text).digest('hex')),
  {
    name: '__char',
    title: 'Characters by their numbers, also 0x41 and 0101',
    syntax: '__char(number, …)',
    takes: [1, Number.POSITIVE_INFINITY],
    compile: (numbers) => (user) => numbers.map((each) => characterOf(each.of(user).trim())).join(''),
  },
  {
    name: '__changeCase',
    title: 'A text in another case: UPPER, LOWER or CAPITALIZE',
    syntax: '__changeCase(text, [case], [variable])',
    takes: [1, 3],
    compile:
      ([text, mode, variable]) =>
      (user) =>
        store(user, variable, changeCase(text?.of(user) ?? '', mode?.of(user).toUpperCase() || 'UPPER')),
  },
  {
    name: '__digest',
    title: 'The sum of a text in hexadecimal: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512',
    syntax: '__digest(algorithm, text, [salt], [true for upper case], [variable])',
    takes: [2, 5],
    refuses: 'Other algorithms.',
    compile: ([algorithm, text, salt, upper, variable]) => {
      if (algorithm?.constant !== undefined) hashName(algorithm.constant);
      return (user) => {
        const hash = createHash(hashName(algorithm?.of(user) ?? ''));
        const hex = hash
          .update(text?.of(user) ?? '')
          .update(salt?.of(user) ?? '')
          .digest('hex');
        return store(user, variable, upper?.of(user).toLowerCase() === 'true' ? hex.toUpperCase() : hex);
      };
    },
  },
  {
    name: '__substring',
    title: 'The characters from the begin to before the end, counted from 0 on',
    syntax: '__substring(text, begin, end, [variable])',
    takes: [3, 4],
    plugin: true,
    compile:
      ([text, begin, end, variable]) =>
      (user) =>
        store(
          user,
          variable,
          substring(
            text?.of(user) ?? '',
            [begin, end].map((each) => each?.of(user) ?? ''),
          ),
        ),
  },
  {
    name: '__if',
    title: 'The third argument where the first two are equal, else the fourth',
    syntax: '__if(actual, expected, then, else, [variable])',
    takes: [4, 5],
    plugin: true,
    compile:
      ([actual, expected, then, otherwise, variable]) =>
      (user) => {
        const holds = actual?.of(user) === expected?.of(user);
        // Both are evaluated, as all arguments are in JMeter.
        const [yes, no] = [then, otherwise].map((each: Text | undefined) => each?.of(user) ?? '');
        return store(user, variable, (holds ? yes : no) ?? '');
      },
  },
  maps('__escapeOroRegexpChars', 'Escapes what a regular expression would not take literally', (text) =>
    text.replace(/[^\p{L}\p{Nd}_]/gu, '\\$&'),
  ),
];

/** URLEncoder of Java: half a surrogate pair becomes a question mark there. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed().replaceAll('\ufffd', '?'))
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** URLDecoder of Java: bytes that are no UTF-8 become U+FFFD, a percent sign without two digits is an error. */
function urlDecode(text: string): string {
  if (/%(?![\da-fA-F]{2})/.test(text))
    throw unevaluable('__urldecode was given a percent sign without two digits after it.');
  return text
    .replace(/\+/g, ' ')
    .replace(/(?:%[\da-fA-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

function unescapeJava(text: string): string {
  const simple: Readonly<Record<string, string>> = { b: '\b', n: '\n', t: '\t', f: '\f', r: '\r' };
  return text.replace(/\\(?:u+\+?([\da-fA-F]{4})|([0-3]?[0-7]{1,2})|([\s\S])|$)/g, (_, hex, octal, other) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return other === undefined ? '' : (simple[other] ?? other);
  });
}

/** What is no number gives nothing. */
function characterOf(number: string): string {
  const match = /^([+-]?)(?:(?:0x|#)([\da-f]{1,15})|0([0-7]{1,15})|(\d{1,15}))$/i.exec(number);
  if (match === null) return '';
  const [, sign, hexadecimal, octal, decimal] = match;
  const value = Number(hexadecimal ? `0x${hexadecimal}` : octal ? `0o${octal}` : decimal);
  return String.fromCharCode(sign === '-' ? -value : value);
}

function changeCase(text: string, mode: string): string {
  if (mode === 'UPPER') return text.toUpperCase();
  if (mode === 'LOWER') return text.toLowerCase();
  return mode === 'CAPITALIZE' ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function hashName(algorithm: string): string {
  const known = /^(?:MD5|SHA-?(?:1|224|256|384|512)|SHA)$/i.test(algorithm);
  if (!known) throw new Refused(`__digest by "${algorithm.slice(0, 20)}"`);
  return algorithm.toLowerCase().replace('-', '').replace(/^sha$/, 'sha1');
}

function substring(text: string, [begin = '', end = '']: readonly string[]): string {
  const [from, to] = [Number(begin), Number(end)];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > text.length || from > to)
    throw unevaluable(`__substring from ${begin.slice(0, 20)} to ${end.slice(0, 20)} of ${text.length} characters.`);
  return text.slice(from, to);
}
