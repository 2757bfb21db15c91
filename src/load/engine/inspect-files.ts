import { RelevoError } from '../../domain/failure.ts';
import type { PlanFinding } from '../../domain/load.ts';
import type { Element } from '../jmx/element.ts';
import { supportOf } from './catalogue.ts';
import type { FilesOf } from './files.ts';
import type { TextInspection } from './inspect.ts';
import type { PlanNode } from './resolve.ts';
import type { Support } from './support.ts';
import { textsOf } from './texts.ts';

/**
 * Files that a plan, as it runs, names and that can't be read, before any request is made: a run that comes to one in the end might
 * have been in vain. Names that are computed are only known then. What takes no part is not looked at: what is skipped or none of ours,
 * with all that is below it, and controllers of the plan itself, such as Test Fragments, unless a module points to them.
 */
export function inspectFiles(plan: PlanNode, texts: TextInspection, files: Pick<FilesOf, 'look'>): PlanFinding[] {
  const findings: PlanFinding[] = [];
  const seen = new Set<Element>();
  const walk = ({ element, children }: PlanNode) => {
    const support = supportOf(element);
    if (support === undefined || support.role === 'skipped') return;
    if (!seen.has(element)) findings.push(...findingsOf(element, support, texts, files));
    seen.add(element);
    children.filter((child) => element !== plan.element || !isController(child)).forEach(walk);
  };
  walk(plan);
  return findings;
}

const isController = ({ element }: PlanNode): boolean => supportOf(element)?.role === 'controller';

function findingsOf(
  element: Element,
  support: Support,
  texts: TextInspection,
  files: Pick<FilesOf, 'look'>,
): PlanFinding[] {
  const needed = support.role === 'config'; // of which users read them before their first request
  const own = 'files' in support ? (support.files?.(element) ?? []) : [];
  const constant = own.map((name) => name.trim()).filter((name) => name !== '' && !name.includes('${'));
  const called = [element.name, ...textsOf(element)].flatMap((text) => texts.files(text));
  return [...new Set([...constant, ...called])].flatMap((name) => {
    const error = whyUnreadable(name, files);
    return error === undefined ? [] : [finding(element, error, needed && constant.includes(name))];
  });
}

function whyUnreadable(name: string, files: Pick<FilesOf, 'look'>): RelevoError | undefined {
  try {
    files.look(name);
    return undefined;
  } catch (error) {
    if (error instanceof RelevoError) return error;
    throw error;
  }
}

function finding({ path, line }: Element, { failure }: RelevoError, needed: boolean): PlanFinding {
  const at = { path, line, what: 'a file that it names', consequence: failure.message };
  if (failure.code === 'refused') return { kind: 'forbidden', ...at };
  return { kind: needed ? 'missing' : 'absent', ...at };
}
