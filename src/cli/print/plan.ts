import type { StepSummary } from '../../domain/step.ts';
import { type Action, type Group, placeOf, titleOf } from './steps.ts';
import type { Paint, Style } from './style.ts';
import { alignRows, type Cell, type Column } from './table.ts';

const groups: readonly Group[] = ['Host', 'Images', 'Machines', 'Cluster', 'Instances', 'Balancers', 'Address'];
const actions: readonly Action[] = ['create', 'change', 'replace', 'remove'];
const symbols: Readonly<Record<Action, string>> = { create: '+', change: '~', replace: '↻', remove: '-' };

const columns: readonly Column[] = [{ title: 'step' }, { title: 'machine', spare: 1 }, { title: 'reason' }];

/** What would be done and why, and how much of it. */
export function renderPlan(steps: readonly StepSummary[], style: Style, width?: number): string {
  if (steps.length === 0) return style.green('Up to date');
  const actionOf = actionsIn(steps);
  const rows = steps.map((step) => planRow(step, actionOf(step), style));
  const lines = alignRows(rows, columns, width === undefined ? undefined : width - 2);
  const blocks = groups.flatMap((group) => {
    const own = lines.filter((_, i) => placeOf(steps[i] as StepSummary).group === group);
    return own.length === 0 ? [] : [[style.bold(group), ...own.map((line) => `  ${line}`)].join('\n')];
  });
  return [...blocks, planTotals(steps)].join('\n\n');
}

/** `12 to create, 1 to replace`. */
export function planTotals(steps: readonly StepSummary[]): string {
  const actionOf = actionsIn(steps);
  const totals = actions.map((action) => ({ action, n: steps.filter((step) => actionOf(step) === action).length }));
  return totals
    .filter(({ n }) => n > 0)
    .map(({ action, n }) => `${n} to ${action}`)
    .join(', ');
}

/** What is still done to something that the plan itself makes is a part of making it. */
function actionsIn(steps: readonly StepSummary[]): (step: StepSummary) => Action {
  const made = new Set(steps.filter((step) => placeOf(step).action === 'create').map(({ instance }) => instance));
  return (step) => (step.instance !== undefined && made.has(step.instance) ? 'create' : placeOf(step).action);
}

function planRow(step: StepSummary, action: Action, style: Style): Cell[] {
  const title = { text: `${symbols[action]} ${titleOf(step)}`, paint: paintOf(action, style) };
  return [title, step.machine ?? '', { text: step.reason, paint: style.dim }];
}

function paintOf(action: Action, style: Style): Paint {
  const paints: Record<Action, Paint> = {
    create: style.green,
    change: style.yellow,
    replace: style.magenta,
    remove: style.red,
  };
  return paints[action];
}
