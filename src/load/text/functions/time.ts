import type { User } from '../../engine/user.ts';
import { datePattern, type Moment } from '../date-pattern.ts';
import { Refused, store, type TextFunction, unevaluable } from '../function.ts';
import type { Text } from '../template.ts';

const letters = 'Patterns are of the letters y u M L d D E Q H h k K m s S n A a X x Z VV; names are English.';
const aliases: Readonly<Record<string, string>> = { YMD: 'yyyyMMdd', HMS: 'HHmmss', YMDHMS: 'yyyyMMdd-HHmmss' };

/** Dates and times, in this machine's time zone. */
export const time: readonly TextFunction[] = [
  {
    name: '__time',
    title: 'The time: milliseconds since 1970, those divided (`/1000`), or a date by a pattern (also YMD, HMS, YMDHMS)',
    syntax: '__time([pattern], [variable])',
    takes: [0, 2],
    limits: letters,
    refuses: 'Patterns with other letters.',
    compile: ([pattern, variable]) => {
      const format = formatter(pattern, true);
      return (user) => store(user, variable, format(user, now(user)));
    },
  },
  {
    name: '__timeShift',
    title: 'A date, now if it is empty, moved by a duration of ISO 8601: `P1DT2H`, `-PT5M`',
    syntax: '__timeShift([pattern], [date], [duration], [locale], [variable])',
    takes: [4, 5],
    limits: letters,
    refuses: 'Patterns with other letters, names in other languages, durations that are none of ISO 8601.',
    compile: (args) => {
      const [pattern, date, shift] = args;
      checkLocale(args.length === 5 ? args[3] : undefined);
      if (shift?.constant?.trim()) durationOf(shift.constant.trim());
      const format = formatter(pattern, false);
      return (user) => {
        const from = startOf(user, pattern, date?.of(user).trim() ?? '');
        const by = shift?.of(user).trim() ?? '';
        return store(user, args.at(-1), format(user, from + (by === '' ? 0 : durationOf(by))));
      };
    },
  },
  {
    name: '__RandomDate',
    title: 'A random date from the start (today if it is empty) to the day before the end',
    syntax: '__RandomDate([pattern], [start], end, [locale], [variable])',
    takes: [3, 5],
    limits: letters,
    refuses: 'Patterns with other letters, names in other languages.',
    compile: (args) => {
      const [pattern, start, end, locale, variable] = args;
      checkLocale(locale);
      checkPattern(pattern);
      return (user) => store(user, variable, randomDate(user, pattern?.of(user).trim() || 'yyyy-MM-dd', start, end));
    },
  },
  {
    name: '__dateTimeConvert',
    title: 'A date in another pattern; where the first pattern is empty it is milliseconds since 1970',
    syntax: '__dateTimeConvert(date, [pattern], pattern, [variable])',
    takes: [3, 4],
    limits: letters,
    refuses: 'Patterns with other letters.',
    compile: ([date, from, to, variable]) => {
      checkPattern(from);
      checkPattern(to);
      return (user) => {
        const converted = convert(date?.of(user) ?? '', from?.of(user) ?? '', to?.of(user) ?? '');
        return converted === undefined ? '' : store(user, variable, converted);
      };
    },
  },
];

function now(user: User): number {
  return Math.floor(user.run.clock.now());
}

/** How a moment is printed. */
function formatter(pattern: Text | undefined, withAliases: boolean): (user: User, at: number) => string {
  const { constant } = pattern ?? { constant: '' };
  if (constant?.trim() === '') return (_, at) => String(at);
  const aliased = constant !== undefined && withAliases && constant in aliases;
  if (constant !== undefined && !aliased && !constant.startsWith('USER')) return printer(constant, withAliases);
  return (user, at) => {
    const text = pattern?.of(user) ?? '';
    const property = withAliases ? user.run.properties.get(`time.${text}`) : undefined;
    return printer(property ?? aliases[text] ?? text, withAliases)(user, at);
  };
}

function printer(pattern: string, divides: boolean): (user: User, at: number) => string {
  const divisor = divides ? /^\/(\d+)$/.exec(pattern)?.[1] : undefined;
  if (divisor !== undefined) {
    if (Number(divisor) === 0) throw new Refused('__time divided by 0', 'JMeter fails each time that it is read');
    return (_, at) => String(Math.floor(at / Number(divisor)));
  }
  const compiled = datePattern(divides ? pattern : pattern.trim());
  return (_, at) => compiled.format(at);
}

function checkPattern(pattern: Text | undefined): void {
  if (pattern?.constant !== undefined) datePattern(pattern.constant.trim());
}

function checkLocale(locale: Text | undefined): void {
  const { constant } = locale ?? { constant: '' };
  if (constant === undefined || !/^\s*(en.*)?$/i.test(constant))
    throw new Refused(`dates in the language "${constant ?? 'of a variable'}"`, 'names would be English');
}

const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 };

function beginningOfThisYear(user: User): Moment {
  return { year: new Date(now(user)).getFullYear(), month: 1, day: 1, ...midnight };
}

/** Where a shift begins: a text that is no date is not heeded, as in JMeter. */
function startOf(user: User, pattern: Text | undefined, date: string): number {
  if (date === '') return now(user);
  const format = pattern?.of(user).trim() ?? '';
  if (format !== '') return datePattern(format).parse(date, beginningOfThisYear(user)) ?? now(user);
  return /^[+-]?\d{1,15}$/.test(date) ? Number(date) : now(user);
}

const iso8601 = /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d{0,9})?)S)?)?$/i;

/** Milliseconds. */
function durationOf(text: string): number {
  const match = text.length < 100 ? iso8601.exec(text) : null;
  if (match === null || /[PT]$/i.test(text))
    throw new Refused(`the duration "${text.slice(0, 40)}"`, 'JMeter moves nothing');
  const [days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Math.floor((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  return match[1] === '-' ? -milliseconds : milliseconds;
}

/** Days since 1970 are drawn, so that changes of the clock don't matter. */
function randomDate(user: User, pattern: string, start: Text | undefined, end: Text | undefined): string {
  const format = datePattern(pattern);
  const dayOf = (text: string, otherwise: number) => {
    if (text === '') return otherwise;
    const at = format.parse(text, beginningOfThisYear(user));
    return at === undefined ? 0 : dayNumber(at);
  };
  const first = dayOf(start?.of(user).trim() ?? '', dayNumber(now(user)));
  const last = dayOf(end?.of(user).trim() ?? '', 0);
  if (last < first) return '';
  if (last === first) throw unevaluable('__RandomDate needs an end after its start.');
  const day = new Date((first + Math.floor(user.run.random() * (last - first))) * 86_400_000);
  return format.format(new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()).getTime());
}

function dayNumber(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
}

function convert(date: string, from: string, to: string): string | undefined {
  const target = datePattern(to);
  if (from === '') return /^[+-]?\d{1,15}$/.test(date) ? target.format(Number(date)) : undefined;
  const source = datePattern(from);
  const missing = (target.says.date && !source.says.date) || (target.says.time && !source.says.time);
  const at = missing ? undefined : source.parse(date, { year: 1970, month: 1, day: 1, ...midnight });
  return at === undefined ? undefined : target.format(at);
}
