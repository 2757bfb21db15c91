import type { StepSummary } from '../../domain/step.ts';
import type { Paint, Style } from './style.ts';
import { alignRows, type Cell, type Column } from './table.ts';

type Action = 'create' | 'change' | 'replace' | 'remove';
type Group = 'Host' | 'Images' | 'Machines' | 'Cluster' | 'Instances' | 'Balancers' | 'Address';
type Kind = StepSummary['kind'];

/** A record, so that a new kind of step does not compile before it has its place in the plan. */
const places: Readonly<Record<Kind, readonly [Group, Action]>> = {
  'provider.prepare': ['Host', 'create'],
  'base.prepare': ['Images', 'create'],
  'image.build': ['Images', 'create'],
  'image.import': ['Images', 'create'],
  'image.warm': ['Images', 'create'],
  'image.delete': ['Images', 'remove'],
  'machine.create': ['Machines', 'create'],
  'machine.start': ['Machines', 'change'],
  'machine.delete': ['Machines', 'remove'],
  'cluster.bootstrap': ['Cluster', 'create'],
  'cluster.join': ['Cluster', 'create'],
  'cluster.leave': ['Cluster', 'remove'],
  'cluster.configure': ['Cluster', 'change'],
  'instance.create': ['Instances', 'create'],
  'instance.start': ['Instances', 'change'],
  'instance.restart': ['Instances', 'change'],
  'instance.revive': ['Instances', 'change'],
  'instance.update': ['Instances', 'change'],
  'controller.configure': ['Balancers', 'change'],
  'instance.stop': ['Instances', 'change'],
  'instance.replace': ['Instances', 'replace'],
  'instance.delete': ['Instances', 'remove'],
  'balancer.create': ['Balancers', 'create'],
  'balancer.update': ['Balancers', 'change'],
  'balancer.start': ['Balancers', 'change'],
  'balancer.replace': ['Balancers', 'replace'],
  'balancer.delete': ['Balancers', 'remove'],
  'balancer.configure': ['Balancers', 'change'],
  publish: ['Address', 'create'],
};

const groups: readonly Group[] = ['Host', 'Images', 'Machines', 'Cluster', 'Instances', 'Balancers', 'Address'];
const actions: readonly Action[] = ['create', 'change', 'replace', 'remove'];
const symbols: Readonly<Record<Action, string>> = { create: '+', change: '~', replace: '↻', remove: '-' };

const columns: readonly Column[] = [{ title: 'step' }, { title: 'machine', spare: 1 }, { title: 'reason' }];

/** What would be done and why, and how much of it. */
export function renderPlan(steps: readonly StepSummary[], style: Style, width?: number): string {
  if (steps.length === 0) return style.green('Up to date');
  const rows = steps.map((step) => planRow(step, style));
  const lines = alignRows(rows, columns, width === undefined ? undefined : width - 2);
  const blocks = groups.flatMap((group) => {
    const own = lines.filter((_, i) => groupOf(steps[i]) === group);
    return own.length === 0 ? [] : [[style.bold(group), ...own.map((line) => `  ${line}`)].join('\n')];
  });
  return [...blocks, planTotals(steps)].join('\n\n');
}

/** `12 to create, 1 to replace`. */
export function planTotals(steps: readonly StepSummary[]): string {
  const totals = actions.map((action) => ({
    action,
    n: steps.filter(({ kind }) => places[kind][1] === action).length,
  }));
  return totals
    .filter(({ n }) => n > 0)
    .map(({ action, n }) => `${n} to ${action}`)
    .join(', ');
}

function groupOf(step: StepSummary | undefined): Group | undefined {
  return step && places[step.kind][0];
}

function planRow(step: StepSummary, style: Style): Cell[] {
  const action = places[step.kind][1];
  const title = { text: `${symbols[action]} ${step.title}`, paint: paintOf(action, style) };
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
