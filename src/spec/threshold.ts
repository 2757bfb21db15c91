import type { Threshold } from '../domain/spec.ts';
import { didYouMean } from './nearest.ts';
import type { Complaint } from './source.ts';
import { parseRate } from './units.ts';

type Figure = Threshold['figure'];
type Unit = 'count' | 'percent' | 'rate' | 'time' | 'share';

const units: Readonly<Record<Figure, Unit>> = {
  ...{ samples: 'count', errors: 'count', 'error%': 'percent', rate: 'rate', apdex: 'share' },
  ...{ min: 'time', mean: 'time', median: 'time', p90: 'time', p95: 'time', p99: 'time', 'p99.9': 'time', max: 'time' },
};

export const figures = Object.keys(units) as readonly Figure[];

const examples: Readonly<Record<Unit, string>> = {
  count: '`errors == 0`',
  percent: '`error% < 1%`',
  rate: '`rate >= 190/s`',
  time: '`p99 < 400ms` or `mean < 1.5s`',
  share: '`apdex > 0.9`',
};

/** `p99 < 400ms`, `errors of "GET /" == 0`: a figure, what it is of, a comparison, a value with its unit. */
const form = /^\s*([A-Za-z0-9.%]+)(?:\s+of\s+"([^"]+)")?\s*(<=|>=|==|<|>)\s*(\S+)\s*$/;

export function parseThreshold(text: string): Threshold | Complaint {
  const [, figure = '', label, is, value = ''] = form.exec(text) ?? [];
  if (is === undefined) return { message: `\`${text}\` is no threshold`, hint: shape(text) };
  if (!isFigure(figure)) {
    const known = `known are ${figures.join(', ')}`;
    const guess = didYouMean(figure, figures);
    return { message: `there is no figure \`${figure}\``, hint: guess === undefined ? known : `${guess} ${known}` };
  }
  const number = numberOf(units[figure], value);
  if (number === undefined) {
    return { message: `\`${value}\` is no value for \`${figure}\``, hint: `for example ${examples[units[figure]]}` };
  }
  return { text, figure, ...(label !== undefined && { label }), is: is as Threshold['is'], value: number };
}

function shape(text: string): string {
  if (/[^<>=!]=[^=]/.test(text)) return 'equal is written `==`';
  return text.includes(' of ')
    ? 'a label stands in quotes: `p95 of "GET /" < 1s`'
    : 'for example `p99 < 400ms` or `errors == 0`';
}

function isFigure(word: string): word is Figure {
  return Object.hasOwn(units, word);
}

/** Milliseconds for times, per second for rates, 0 to 100 for percentages. */
function numberOf(unit: Unit, text: string): number | undefined {
  switch (unit) {
    case 'count':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'percent':
      return upTo(100, text.replace(/%$/, ''));
    case 'share':
      return upTo(1, text);
    case 'rate':
      return parseRate(text);
    case 'time':
      return milliseconds(text);
  }
}

function upTo(most: number, text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function milliseconds(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1);
}
