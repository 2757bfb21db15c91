import { Refused } from './function.ts';

/** A date pattern of Java's DateTimeFormatter, with English names and this machine's time zone. */
export interface DatePattern {
  /** Of milliseconds since 1970. */
  format(at: number): string;
  /** Milliseconds since 1970; what the pattern does not say is taken from `otherwise`. Undefined: it is no such text. */
  parse(text: string, otherwise: Moment): number | undefined;
  readonly says: { readonly date: boolean; readonly time: boolean };
}

export interface Moment {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

interface Field {
  print(date: Date): string;
  /** A regular expression without groups; missing where such a text can't be read back. */
  readonly reads?: string;
  readonly read?: (text: string, into: Partial<Moment> & { afternoon?: boolean; zone?: number }) => void;
}

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Throws Refused where it has letters that are not understood here. */
export function datePattern(pattern: string): DatePattern {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const made = compile(pattern);
  if (patterns.size >= 200) patterns.clear();
  patterns.set(pattern, made);
  return made;
}

const patterns = new Map<string, DatePattern>();

function compile(pattern: string): DatePattern {
  const fields = fieldsOf(pattern);
  const readable = fields.every(({ reads }) => reads !== undefined);
  const regex = readable ? new RegExp(`^${fields.map(({ reads }) => `(${reads})`).join('')}$`) : undefined;
  const bare = pattern.replace(/'[^']*'/g, '');
  return {
    format: (at) => {
      const date = new Date(at);
      return fields.map((field) => field.print(date)).join('');
    },
    parse: (text, otherwise) => {
      const match = text.length < 200 ? regex?.exec(text) : undefined;
      if (!match) return undefined;
      const said: Parameters<NonNullable<Field['read']>>[1] = {};
      for (const [index, field] of fields.entries()) field.read?.(match[index + 1] as string, said);
      return momentOf({ ...otherwise, ...said });
    },
    says: { date: /[yuMLdD]/.test(bare), time: /[HhkK]/.test(bare) },
  };
}

function momentOf(said: Moment & { afternoon?: boolean; zone?: number }): number | undefined {
  const { year, month, day, minute, second, millisecond, afternoon, zone } = said;
  const hour = afternoon === undefined ? said.hour : (said.hour % 12) + (afternoon ? 12 : 0);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 59) return undefined;
  const lastDay = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  if (day > lastDay) return undefined;
  if (zone !== undefined) return Date.UTC(year, month - 1, day, hour, minute - zone, second, millisecond);
  return new Date(year, month - 1, day, hour, minute, second, millisecond).getTime();
}

function fieldsOf(pattern: string): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] as string;
    if (char === "'") {
      const { text, end } = quoted(pattern, at);
      fields.push(literal(text));
      at = end;
      continue;
    }
    let count = 1;
    while (pattern[at + count] === char) count += 1;
    if (/[A-Za-z]/.test(char)) fields.push(fieldOf(char, count, pattern));
    else if (/[[\]{}#]/.test(char)) throw refused(pattern, `"${char}"`);
    else fields.push(literal(char.repeat(count)));
    at += count;
  }
  return fields;
}

/** `'T'`; `''` is a quote, in and out of quotes. */
function quoted(pattern: string, start: number): { text: string; end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 };
  let text = '';
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] !== "'") text += pattern[at];
    else if (pattern[at + 1] === "'") {
      text += "'";
      at += 1;
    } else return { text, end: at + 1 };
  }
  throw refused(pattern, 'a quote that is not closed');
}

function refused(pattern: string, what: string): Refused {
  return new Refused(`${what} in the date pattern "${pattern.slice(0, 60)}"`);
}

function literal(text: string): Field {
  return { print: () => text, reads: text.replace(/[^\w\s]/g, '\\$&') };
}

function number(count: number, value: (date: Date) => number, key?: keyof Moment): Field {
  const print = (date: Date) => String(value(date)).padStart(count, '0');
  if (key === undefined) return { print };
  const read: Field['read'] = (text, into) => {
    into[key] = Number(text);
  };
  return { print, reads: count === 1 ? '\\d{1,2}' : `\\d{${count}}`, read };
}

function names(list: readonly string[], length: number, value: (date: Date) => number, key?: 'month'): Field {
  const short = list.map((name) => name.slice(0, length));
  const read: Field['read'] = (text, into) => {
    if (key !== undefined) into[key] = short.indexOf(text) + 1;
  };
  const print = (date: Date) => short[value(date)] as string;
  return length === 1 ? { print } : { print, reads: short.join('|'), read };
}

function fieldOf(letter: string, count: number, pattern: string): Field {
  const field = lettersOf[letter]?.(count);
  if (field === undefined) throw refused(pattern, `"${letter.repeat(count)}"`);
  return field;
}

const year = (count: number): Field => {
  const value = (date: Date) => date.getFullYear();
  if (count !== 2) return { ...number(count, value, 'year'), reads: count === 1 ? '\\d{1,9}' : `\\d{${count}}` };
  return {
    ...number(2, (date) => value(date) % 100),
    reads: '\\d{2}',
    read: (text, into) => {
      into.year = 2000 + Number(text);
    },
  };
};
const month = (count: number): Field | undefined => {
  const value = (date: Date) => date.getMonth();
  if (count <= 2) return number(count, (date) => value(date) + 1, 'month');
  return count <= 5 ? names(months, [3, 99, 1][count - 3] as number, value, 'month') : undefined;
};
const oneOrTwo = (value: (date: Date) => number, key?: keyof Moment) => (count: number) =>
  count <= 2 ? number(count, value, key) : undefined;

const lettersOf: Readonly<Record<string, (count: number) => Field | undefined>> = {
  y: year,
  u: year,
  M: month,
  L: month,
  d: oneOrTwo((date) => date.getDate(), 'day'),
  D: (count) => (count <= 3 ? number(count, dayOfYear) : undefined),
  E: (count) => (count <= 5 ? names(days, count <= 3 ? 3 : count === 4 ? 99 : 1, (date) => date.getDay()) : undefined),
  Q: oneOrTwo((date) => Math.floor(date.getMonth() / 3) + 1),
  H: oneOrTwo((date) => date.getHours(), 'hour'),
  h: oneOrTwo((date) => date.getHours() % 12 || 12, 'hour'),
  k: oneOrTwo((date) => date.getHours() || 24),
  K: oneOrTwo((date) => date.getHours() % 12, 'hour'),
  m: oneOrTwo((date) => date.getMinutes(), 'minute'),
  s: oneOrTwo((date) => date.getSeconds(), 'second'),
  S: (count) => (count <= 9 ? fraction(count) : undefined),
  n: (count) => number(count, (date) => date.getMilliseconds() * 1_000_000),
  A: (count) => number(count, (date) => sinceMidnight(date)),
  a: (count) =>
    count === 1
      ? {
          print: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
          reads: 'AM|PM',
          read: (text, into) => {
            into.afternoon = text === 'PM';
          },
        }
      : undefined,
  X: (count) => (count <= 3 ? offset(count, true) : undefined),
  x: (count) => (count <= 3 ? offset(count, false) : undefined),
  Z: (count) => (count <= 3 ? offset(2, false) : count === 5 ? offset(3, true) : undefined),
  V: (count) => (count === 2 ? { print: () => Intl.DateTimeFormat().resolvedOptions().timeZone } : undefined),
};

function fraction(count: number): Field {
  return {
    print: (date) => `${String(date.getMilliseconds()).padStart(3, '0')}000000`.slice(0, count),
    reads: `\\d{${count}}`,
    read: (text, into) => {
      into.millisecond = Number(text.padEnd(3, '0').slice(0, 3));
    },
  };
}

/** `+01` where there are no minutes, `+0100`, `+01:00`; `Z` for none where it is asked for. */
function offset(style: number, zulu: boolean): Field {
  const print = (date: Date) => {
    const minutes = -date.getTimezoneOffset();
    if (minutes === 0 && zulu) return 'Z';
    const two = (value: number) => String(value).padStart(2, '0');
    const [hours, rest] = [two(Math.floor(Math.abs(minutes) / 60)), two(Math.abs(minutes) % 60)];
    const tail = style === 3 ? `:${rest}` : style === 2 || rest !== '00' ? rest : '';
    return `${minutes < 0 ? '-' : '+'}${hours}${tail}`;
  };
  const reads = `[+-]\\d{2}${['(?:\\d{2})?', '\\d{2}', ':\\d{2}'][style - 1]}${zulu ? '|Z' : ''}`;
  const read: Field['read'] = (text, into) => {
    const digits = text.replace(/\D/g, '');
    const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
    into.zone = text.startsWith('-') ? -minutes : minutes;
  };
  return { print, reads, read };
}

function dayOfYear(date: Date): number {
  const first = Date.UTC(date.getFullYear(), 0, 1);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - first) / 86_400_000) + 1;
}

function sinceMidnight(date: Date): number {
  return ((date.getHours() * 60 + date.getMinutes()) * 60 + date.getSeconds()) * 1000 + date.getMilliseconds();
}
