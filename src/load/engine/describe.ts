import type { PlanFinding } from '../../domain/load.ts';
import type { Element } from '../jmx/element.ts';
import type { Support, Supported } from './support.ts';

/** So many elements of one kind that the run honours. */
export interface Honoured {
  /** What JMeter's menus call it. */
  readonly title: string;
  readonly role: Supported['role'];
  readonly count: number;
}

/**
 * What of a plan is honoured, the most frequent first: enabled elements that are supported and of which `findings` have nothing.
 * `supportOf` tells what is made of an element, if anything.
 */
export function honouredIn(
  root: Element,
  supportOf: (element: Element) => Support | undefined,
  findings: readonly PlanFinding[],
): Honoured[] {
  const found = new Map<string, Honoured>();
  const refused = new Set(findings.map(placeOf));
  const visit = (element: Element) => {
    if (!element.enabled) return;
    const support = supportOf(element);
    if (support !== undefined && support.role !== 'skipped' && !refused.has(placeOf(element))) {
      const { title, role } = support;
      found.set(title, { title, role, count: (found.get(title)?.count ?? 0) + 1 });
    }
    element.children.forEach(visit);
  };
  root.children.forEach(visit);
  return [...found.values()].toSorted((a, b) => b.count - a.count || (a.title < b.title ? -1 : 1));
}

function placeOf({ path, line }: Pick<PlanFinding, 'path' | 'line'>): string {
  return `${line} ${path}`;
}

/** One of JMeter's functions, for the docs. */
export interface DescribedFunction {
  readonly syntax: string;
  readonly title: string;
  readonly limits?: string;
}

const chapters: readonly (readonly [heading: string, roles: readonly Support['role'][]])[] = [
  ['Groups of users', ['group']],
  ['Controllers', ['controller']],
  ['Samplers', ['sampler']],
  ['Config elements', ['config']],
  ['Timers', ['timer']],
  ['Pre-processors', ['before']],
  ['Post-processors', ['after']],
  ['Assertions', ['assertion']],
];

/** What is supported, as Markdown: from the catalogue itself, so that it can't be wrong. */
export function describeSupport(
  supports: Readonly<Record<string, Support>>,
  functions: Iterable<DescribedFunction>,
): string {
  const all = Object.entries(supports).toSorted(([, a], [, b]) => (a.title < b.title ? -1 : 1));
  const sections = chapters.flatMap(([heading, roles]) => {
    const rows = all.flatMap(([kind, support]) =>
      support.role !== 'skipped' && roles.includes(support.role)
        ? [[support.title, `\`${kind}\``, (support.limits ?? []).join(' ')]]
        : [],
    );
    return rows.length === 0 ? [] : [`### ${heading}`, table(['element', 'in the `.jmx`', 'not as in JMeter'], rows)];
  });
  const skipped = all.flatMap(([kind, support]) =>
    support.role === 'skipped' ? [[support.title, `\`${kind}\``, support.why]] : [],
  );
  const known = [...functions].toSorted((a, b) => (a.syntax < b.syntax ? -1 : 1));
  const calls = known.map(({ syntax, title, limits = '' }) => [`\`\${${syntax}}\``, title, limits]);
  return [
    ...sections,
    ...['### Functions', table(['function', 'gives', 'not as in JMeter'], calls)],
    ...['### Without effect on the load', table(['element', 'in the `.jmx`', 'why nothing is lost'], skipped)],
  ].join('\n\n');
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(heading), row(heading.map(() => '---')), ...rows.map(row)].join('\n');
}
