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
  const refused = new Set(findings.filter(({ kind }) => kind !== 'absent').map(placeOf));
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
  readonly refuses?: string;
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

/** One line of a table; what is alike under several names is one. */
interface Entry {
  readonly title: string;
  readonly names: string[];
  readonly does?: string;
  readonly limits: readonly string[];
  readonly refuses: readonly string[];
}

/**
 * What is supported, as Markdown: from the catalogue itself, so that it can't be wrong. `choices` are properties that may not be
 * computed, whatever element they are of.
 */
export function describeSupport(
  supports: Readonly<Record<string, Support>>,
  functions: Iterable<DescribedFunction>,
  choices: Iterable<string>,
): string {
  const all = Object.entries(supports).toSorted(([, a], [, b]) => (a.title < b.title ? -1 : 1));
  const sections = chapters.flatMap(([heading, roles]) => {
    const entries = entriesOf(all.filter(([, { role }]) => roles.includes(role)));
    return entries.length === 0 ? [] : [`### ${heading}`, ...chapter(['element', 'in the `.jmx`'], entries)];
  });
  const skipped = all.flatMap(([kind, support]) =>
    support.role === 'skipped' ? [[support.title, code(kind), support.why]] : [],
  );
  const known = [...functions].toSorted((a, b) => (a.syntax < b.syntax ? -1 : 1));
  const calls = known.map(({ syntax, title, limits, refuses }): Entry => {
    const name = `\`\${${syntax.replace(/\(.*/s, '')}}\``;
    const [less, none] = [limits, refuses].map((text) => (text === undefined ? [] : [text])) as [string[], string[]];
    return { title: name, names: [`\${${syntax}}`], does: title, limits: less, refuses: none };
  });
  return [
    ...sections,
    ...['### Functions', ...chapter(['function', 'gives'], calls)],
    ...['### Choices that may not be computed', computed([...choices])],
    ...['### Without effect on the load', table(['element', 'in the `.jmx`', 'why nothing is lost'], skipped)],
  ].join('\n\n');
}

/** Elements that are one thing under several names have the same limits. */
function entriesOf(all: readonly (readonly [kind: string, support: Support])[]): Entry[] {
  const entries: Entry[] = [];
  for (const [kind, support] of all) {
    if (support.role === 'skipped') continue;
    const { title, limits = [], refuses = [] } = support;
    const alike = entries.find(
      (entry) =>
        limits.length > 0 && isSame(entry.limits, limits) && isSame(entry.refuses, refuses) && isAlike(entry, title),
    );
    if (alike) alike.names.push(kind);
    else entries.push({ title, names: [kind], limits, refuses });
  }
  return entries;
}

const isSame = (a: readonly string[], b: readonly string[]) => a.join('\n') === b.join('\n');

/** `HTTP Request`, and `HTTP Request (of JMeter 2)`. */
const isAlike = (entry: Entry, title: string) => title.startsWith(entry.title);

/** A table, and below it what is not as in JMeter. */
function chapter(heading: readonly string[], entries: readonly Entry[]): string[] {
  const rows = entries.map(({ title, names, does }) =>
    does === undefined ? [title, names.map(code).join(', ')] : [names.map(code).join(', '), does],
  );
  return [
    table(heading, rows),
    ...remarks('Not as in JMeter:', entries, 'limits'),
    ...remarks('Refused before a run:', entries, 'refuses'),
  ];
}

/** What is said of several things is said once. */
function remarks(heading: string, entries: readonly Entry[], of: 'limits' | 'refuses'): string[] {
  const said = new Map<string, string[]>();
  for (const { title, [of]: own } of entries)
    if (own.length > 0) said.set(own.join('\n'), [...(said.get(own.join('\n')) ?? []), title]);
  const items = [...said].map(([own, titles]) => limitsOf(titles, own.split('\n')));
  return items.length === 0 ? [] : [heading, items.join('\n')];
}

function computed(choices: readonly string[]): string {
  const why = 'These are read once, when the plan is read; with `${…}` in them JMeter would read them again and again.';
  return `${why} A plan in which one of them is computed is refused: ${choices.toSorted().map(code).join(', ')}.`;
}

function limitsOf(titles: readonly string[], limits: readonly string[]): string {
  const names = titles.join(', ');
  if (limits.length === 1) return `- ${names}: ${limits[0]}`;
  return [`- ${names}:`, ...limits.map((limit) => `  - ${limit}`)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(heading), row(heading.map(() => '---')), ...rows.map(row)].join('\n');
}
