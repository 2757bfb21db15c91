import type { Check } from '../../ports/host.ts';
import type { Style } from './style.ts';
import type { Span } from './text.ts';
import { count, fitSpans, pad, widest } from './text.ts';

type Whose = 'this host' | 'all hosts';

const verdicts = {
  'this host': { fine: 'This host has all it needs', lacks: 'This host lacks' },
  'all hosts': {
    fine: 'This host, and those of the file, have all they need',
    lacks: 'This host, and those of the file, lack',
  },
} as const;

/** What `doctor` found: a line for each thing, and what to do about what is missing. */
export function renderChecks(
  checks: readonly Check[],
  style: Style,
  width = Number.POSITIVE_INFINITY,
  whose: Whose = 'this host',
): string {
  const column = widest(checks.map(({ what }) => what));
  return [
    ...checks.flatMap((check) => checkLines(check, column, style, width)),
    '',
    verdict(checks, style, whose),
  ].join('\n');
}

function checkLines({ what, state, detail, fix }: Check, column: number, style: Style, width: number): string[] {
  const symbols: Readonly<Record<Check['state'], Span>> = {
    ok: { text: '✓', paint: style.green },
    missing: { text: '✗', paint: style.red },
    note: { text: '!', paint: style.yellow },
  };
  const spans: Span[] = [symbols[state], { text: ' ' }, { text: detail ? pad(what, column) : what }];
  if (detail) spans.push({ text: `  ${detail}`, ...(state === 'ok' && { paint: style.dim }) });
  const line = state === 'ok' ? fitSpans(spans, width) : spans.map(painted).join('');
  return fix === undefined ? [line] : [line, `    ${style.cyan('→')} ${fix}`];
}

function painted({ text, paint }: Span): string {
  return paint ? paint(text) : text;
}

function verdict(checks: readonly Check[], style: Style, whose: Whose): string {
  const missing = checks.filter(({ state }) => state === 'missing');
  if (missing.length === 0) return style.green(verdicts[whose].fine);
  const fixable = missing.some(({ fix }) => fix !== undefined);
  const lacks = style.red(`${verdicts[whose].lacks} ${count(missing.length, 'thing')}`);
  return fixable ? `${lacks}; let ${style.cyan('relevo doctor --fix')} install and start what can be` : lacks;
}
