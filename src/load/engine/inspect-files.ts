import { RelevoError } from '../../domain/failure.ts';
import type { PlanFinding } from '../../domain/load.ts';
import type { Element } from '../jmx/element.ts';
import { catalogue, keyOf } from './catalogue.ts';
import type { FilesOf } from './files.ts';
import type { TextInspection } from './inspect.ts';
import { textsOf } from './texts.ts';

/**
 * Files that a plan, as it runs, names and that can't be read, before any request is made: a run that comes to one in the end would
 * have been in vain. Names that are computed are only known then.
 */
export function inspectFiles(root: Element, texts: TextInspection, files: Pick<FilesOf, 'look'>): PlanFinding[] {
  const findings: PlanFinding[] = [];
  const walk = (element: Element) => {
    for (const name of namedBy(element, texts)) {
      const error = whyUnreadable(name, files);
      if (error !== undefined) findings.push(finding(element, error));
    }
    element.children.forEach(walk);
  };
  walk(root);
  return findings;
}

function namedBy(element: Element, texts: TextInspection): ReadonlySet<string> {
  const key = keyOf(element);
  const support = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
  if (support?.role === 'skipped') return new Set();
  const own = support !== undefined && 'files' in support ? (support.files?.(element) ?? []) : [];
  const constant = own.map((name) => name.trim()).filter((name) => name !== '' && !name.includes('${'));
  return new Set([...constant, ...[element.name, ...textsOf(element)].flatMap((text) => texts.files(text))]);
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

function finding({ path, line }: Element, { failure }: RelevoError): PlanFinding {
  const kind = failure.code === 'refused' ? 'forbidden' : 'missing';
  return { kind, path, line, what: 'a file that it names', consequence: failure.message };
}
