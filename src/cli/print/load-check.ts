import type { PlanFinding } from '../../domain/load.ts';
import type { Honoured } from '../../load/engine/describe.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { clean, count } from './text.ts';

/** What the embedded engine makes of a plan. */
export interface PlanCheck {
  readonly plan: string;
  readonly honoured: readonly Honoured[];
  readonly findings: readonly PlanFinding[];
}

/** What is honoured, what has no effect and what can't be honoured; the last line is the verdict. */
export function renderCheck({ plan, honoured, findings }: PlanCheck, style: Style, width?: number): string {
  const of = (kind: PlanFinding['kind']) => findings.filter((each) => each.kind === kind);
  const [unsupported, skipped] = [of('unsupported'), of('skipped')];
  const [files, absent] = [[...of('missing'), ...of('forbidden')], of('absent')];
  const blocks = [
    ...(honoured.length === 0 ? [] : [honouredTable(honoured, style, width)]),
    ...(skipped.length === 0
      ? []
      : [[style.dim('WITHOUT EFFECT ON THE LOAD'), ...skipped.map(lines(style.dim('-')))].join('\n')]),
    ...(unsupported.length === 0
      ? []
      : [[style.dim('UNSUPPORTED'), ...unsupported.map(lines(style.red('✗')))].join('\n')]),
    ...(files.length + absent.length === 0
      ? []
      : [[style.dim('FILES'), ...files.map(lines(style.red('✗'))), ...absent.map(lines(style.dim('-')))].join('\n')]),
    verdict(plan, unsupported, files, style),
  ];
  return blocks.join('\n\n');
}

function honouredTable(honoured: readonly Honoured[], style: Style, width?: number): string {
  const rows = honoured.map(({ title, count: times }) => [title, String(times)]);
  return renderTable([{ title: 'HONOURED' }, { title: 'TIMES', align: 'right' }], rows, style, width);
}

/** Two lines each, and none is cut: what a plan loses must be readable in any terminal. */
function lines(mark: string): (finding: PlanFinding) => string {
  return ({ path, line, what, consequence }) => {
    const where = line === 0 ? clean(path) : `${clean(path)} (line ${line})`;
    return `${mark} ${where}\n    ${clean(what)}: ${clean(consequence)}`;
  };
}

function verdict(
  plan: string,
  unsupported: readonly PlanFinding[],
  files: readonly PlanFinding[],
  style: Style,
): string {
  if (files.length > 0) {
    const things = count(files.length, 'file');
    return `${style.red('✗')} ${clean(plan)} needs ${things} that can't be read`;
  }
  if (unsupported.length === 0) return `${style.green('✓')} ${clean(plan)} runs as in JMeter`;
  const things = count(unsupported.length, 'thing');
  const message = `${clean(plan)} has ${things} that can't be honoured`;
  return `${style.red('✗')} ${message}: run it with \`--engine jmeter\`, or without ${unsupported.length === 1 ? 'it' : 'them'} by \`--skip-unsupported\``;
}
