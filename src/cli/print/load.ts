import type {
  ExpectationResult,
  GeneratorFigures,
  LoadFigures,
  LoadResult,
  LoadVerdict,
  PlanFinding,
} from '../../domain/load.ts';
import { duration, grouped, percent, short } from './load-words.ts';
import type { Style } from './style.ts';
import { alignRows, type Cell, type Column, renderTable } from './table.ts';
import { clean, count, cut, indent, seconds } from './text.ts';

/** What a load brought: a table as JMeter's aggregate report, servers, errors, expectations, and one line of verdict. */
export function renderLoad(result: LoadResult, style: Style, width?: number): string {
  const sections = [
    renderLabels(result, style, width),
    renderServers(result, style, width),
    renderErrors(result, style, width),
    renderGenerator(result, style),
    renderFindings(result.findings, style),
    renderExpectations(result.expectations, style),
    renderVerdict(result.verdict, style),
  ].filter((text) => text !== '');
  return [title(result, style), ...sections].join('\n\n');
}

function title({ plan, target, engine, seconds: took, generator }: LoadResult, style: Style): string {
  const { workers = 0, machines = 0 } = generator ?? {};
  const who = [
    ...(engine === undefined ? [] : [`${engine} engine`]),
    ...(workers > 0 ? [count(workers, 'worker')] : []),
  ];
  const where = machines > 1 ? [count(machines, 'machine')] : [];
  const address = target === undefined ? '' : `  ${style.cyan(clean(target))}`;
  return `${style.bold(clean(plan))}${address}  ${style.dim([seconds(took), ...who, ...where].join(', '))}`;
}

/** Labels may be whole URLs; the figures matter more. */
function nameWidth(width = 200): number {
  return Math.max(16, Math.min(44, width - 84));
}

function right(title: string, spare?: number): Column {
  return { title, align: 'right', ...(spare !== undefined && { spare }) };
}

const timeColumns = [
  ...[
    right('MEAN', 4),
    right('MEDIAN'),
    right('P90', 5),
    right('P95', 2),
    right('P99'),
    right('P99.9', 6),
    right('MAX', 1),
  ],
];
const figureColumns = [
  ...[right('SAMPLES'), right('ERRORS'), ...timeColumns],
  ...[right('RATE'), right('kB/s', 3), right('kB SENT/s', 8), right('APDEX', 7)],
];

function renderLabels({ labels, total }: LoadResult, style: Style, width: number | undefined): string {
  if (total.samples === 0) return style.yellow('no sample was made');
  const rows = labels.map((each) => [cut(clean(each.name), nameWidth(width)), ...figureCells(each, style)]);
  const sum = [{ text: 'total', paint: style.bold }, ...figureCells(total, style)];
  const table = renderTable([{ title: 'LABEL' }, ...figureColumns], [...rows, sum], style, inner(width));
  const all = labels.reduce((sum, { samples }) => sum + samples, 0);
  const beside = all === total.samples ? [] : ['transactions are not in the total; their requests are'];
  return [indent(table, '  '), ...[...beside, ...notesOn(total)].map((note) => style.dim(`  ${note}`))].join('\n');
}

function notesOn({ response, service, unknown }: LoadFigures): string[] {
  const lost = `${grouped(unknown)} of the errors are connections lost after the request was sent`;
  const sent = `from sending on: median ${short(service.median)}, p99 ${short(service.p99)}`;
  return [
    response === undefined
      ? 'times in ms, from sending to answer'
      : `times in ms, from when each request should have begun (${sent})`,
    ...(unknown === 0 ? [] : [lost]),
  ];
}

function figureCells(figures: LoadFigures, style: Style): Cell[] {
  const { samples, errorPercent, rate, receivedPerSecond, sentPerSecond, apdex } = figures;
  const { mean, median, p90, p95, p99, p999, max } = figures.response ?? figures.service;
  const errors = percent(errorPercent);
  return [
    grouped(samples),
    errorPercent === 0 ? { text: errors, paint: style.dim } : { text: errors, paint: style.red },
    ...[mean, median, p90, p95, p99, p999, max].map(short),
    ...[`${short(rate)}/s`, short(receivedPerSecond / 1000), short(sentPerSecond / 1000), apdex.toFixed(2)],
  ];
}

function renderServers({ servers }: LoadResult, style: Style, width: number | undefined): string {
  if (servers.length === 0) return '';
  const all = servers.reduce((sum, { samples }) => sum + samples, 0);
  const rows = servers.map((each) => {
    const { mean, median, p90, p95, p99, p999, max } = each.service;
    return [
      cut(clean(each.name), nameWidth(width)),
      percent((100 * each.samples) / all),
      grouped(each.samples),
      each.errorPercent === 0
        ? { text: '0%', paint: style.dim }
        : { text: percent(each.errorPercent), paint: style.red },
      ...[mean, median, p90, p95, p99, p999, max].map(short),
    ];
  });
  const columns = [{ title: 'SERVER' }, right('SHARE'), right('SAMPLES'), right('ERRORS'), ...timeColumns];
  return section('Servers', renderTable(columns, rows, style, inner(width)), style);
}

const mostErrors = 10;

function renderErrors({ errors }: LoadResult, style: Style, width: number | undefined): string {
  if (errors.length === 0) return '';
  const rows = errors
    .slice(0, mostErrors)
    .map(({ code, message, count }) => [
      { text: grouped(count), paint: style.red },
      cut(withoutPrefix(clean(code)), nameWidth(width)),
      withoutPrefix(clean(message)),
    ]);
  const table = renderTable([right('COUNT'), { title: 'CODE' }, { title: 'MESSAGE' }], rows, style, inner(width));
  const more = errors.slice(mostErrors);
  const rest = more.reduce((sum, { count }) => sum + count, 0);
  const tail =
    more.length === 0 ? '' : style.dim(`\n  and ${count(more.length, 'other kind')}, ${grouped(rest)} in all`);
  return `${section('Errors', table, style)}${tail}`;
}

/** The table has no room for what JMeter says before each Java class. */
function withoutPrefix(text: string): string {
  return text.replace(/^Non HTTP response (code|message): /, '');
}

/** What it was like, what it has to do with the figures, and what nobody knows of it. */
function renderGenerator({ generator, untold = [] }: LoadResult, style: Style): string {
  const blame = [generator?.bottleneck, generator?.limit, generator?.delay].flatMap((text) => text ?? []);
  const lines = [
    ...(generator === undefined ? [] : [generatorLine(generator)]),
    ...[...blame, ...untold].map((text) => style.yellow(clean(text))),
  ];
  return lines.length === 0 ? '' : section('Generator', lines.join('\n'), style);
}

function generatorLine({ late, dropped, busiest, lag }: GeneratorFigures): string {
  return [
    `CPU at most ${percent(100 * busiest)}`,
    ...(lag === 0 ? [] : [`requests waited in it for ${duration(lag)} on average in the worst second`]),
    ...(late === 0 ? [] : [`${grouped(late)} requests began more than 10 ms late`]),
    ...(dropped === 0 ? [] : [`${grouped(dropped)} were not made, since all users were at work`]),
  ].join('; ');
}

/** What of a plan does not do what it does in JMeter. */
export function renderFindings(findings: readonly PlanFinding[], style: Style): string {
  if (findings.length === 0) return '';
  const lines = findings.flatMap(({ kind, path, line, what, consequence }) => [
    `  ${kind === 'unsupported' ? style.red('✗') : style.dim('·')} ${clean(path)}${line === 0 ? '' : style.dim(`  line ${line}`)}`,
    `    ${clean(what)}: ${clean(consequence)}`,
  ]);
  return [style.bold('Plan'), ...lines].join('\n');
}

function renderExpectations(expectations: readonly ExpectationResult[], style: Style): string {
  const rows = expectations.map(({ text, holds, measured, byDefault }) => [
    holds ? { text: '✓', paint: style.green } : { text: '✗', paint: style.red },
    clean(text),
    `${measured === 'no sample' ? 'there was' : 'it was'} ${measured}${byDefault ? ' (expected by default)' : ''}`,
  ]);
  return section('Expectations', alignRows(rows).join('\n'), style);
}

/** `✓ Pass`, or why not. */
export function renderVerdict(verdict: LoadVerdict, style: Style): string {
  if (verdict.is === 'pass') return style.green('✓ Pass');
  const why = verdict.why.map(clean).join('; ');
  if (verdict.is === 'fail') return `${style.red('✗ Fail')}  ${why}`;
  return `${style.yellow('? Void')}  ${why}`;
}

function section(heading: string, table: string, style: Style): string {
  return `${style.bold(heading)}\n${indent(table, '  ')}`;
}

const inner = (width: number | undefined) => (width === undefined ? undefined : width - 2);
