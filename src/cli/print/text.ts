import { stripVTControlCharacters } from 'node:util';
import type { Paint } from './style.ts';

const printableAscii = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u;
// East Asian Wide and Fullwidth, which JavaScript has no property for.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) || emoji.test(grapheme) ? 2 : 1;
}

/** Columns that a text without escape sequences takes on a terminal. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** At most `width` columns; what was cut off is marked by an ellipsis. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}

export function widest(texts: Iterable<string>): number {
  let width = 0;
  for (const text of texts) width = Math.max(width, displayWidth(text));
  return width;
}

/** Text of another program, made harmless for a terminal: one line, no escapes, no control characters, nothing that turns its direction. */
export function clean(text: string): string {
  const lastRedraw =
    text
      .replace(/[\r\n]+$/, '')
      .split('\r')
      .at(-1) ?? '';
  return stripVTControlCharacters(lastRedraw)
    .replaceAll('\t', '  ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

export interface Span {
  readonly text: string;
  readonly paint?: Paint;
}

/** One line of spans, cut to `width` columns before it is painted, so that no escape sequence is ever cut. */
export function fitSpans(spans: readonly Span[], width: number): string {
  let left = width;
  let line = '';
  for (const { text, paint } of spans) {
    const part = cut(text, left);
    left -= displayWidth(part);
    line += paint ? paint(part) : part;
    if (part !== text) break;
  }
  return line;
}

export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** `1 problem`, `2 problems`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** `0.4s`, `12.3s`, `2m05s`. */
export function seconds(value: number): string {
  return value < 59.95 ? `${value.toFixed(1)}s` : minutes(Math.round(value));
}

/** The same for a time that still runs, where tenths would only flicker: `4s`, `2m05s`. */
export function wholeSeconds(value: number): string {
  return value < 60 ? `${Math.floor(value)}s` : minutes(Math.floor(value));
}

function minutes(value: number): string {
  return `${Math.floor(value / 60)}m${String(value % 60).padStart(2, '0')}s`;
}
