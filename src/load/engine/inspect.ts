import type { PlanFinding } from '../../domain/load.ts';
import type { Element } from '../jmx/element.ts';
import { catalogue, keyOf } from './catalogue.ts';
import { type Include, type PlanNode, resolvePlan } from './resolve.ts';
import type { Refusal, Support } from './support.ts';
import { textsOf } from './texts.ts';

/** What of a text, or of a condition, can't be honoured: the room of texts says. */
export interface TextInspection {
  text(text: string): readonly Refusal[];
  condition(text: string, language: 'javascript' | 'expression'): readonly Refusal[];
  /** Names of files that it reads. */
  files(text: string): readonly string[];
}

/**
 * Everything of a plan that this engine can't honour, and what it skips since nothing is lost; in the order of the plan, within
 * modules and includes too. What is disabled is no finding, nor is what is below something that is none of ours.
 */
export function inspectPlan(root: Element, inspection: TextInspection, include?: Include): PlanFinding[] {
  const findings: PlanFinding[] = [];
  const seen = new Map<Element, PlanNode['lost']>();
  const walk = (node: PlanNode) => {
    // One element is at several places where several modules point to it.
    if (!seen.has(node.element) || seen.get(node.element) !== node.lost) findings.push(...findingsOf(node, inspection));
    seen.set(node.element, node.lost);
    if (catalogue[keyOf(node.element)]?.role !== 'skipped') for (const child of node.children) walk(child);
  };
  walk(resolvePlan(root, include));
  return findings;
}

function findingsOf(node: PlanNode, inspection: TextInspection): PlanFinding[] {
  const { element } = node;
  const support = supportedBy(element);
  const at = { path: element.path, line: element.line };
  if (support?.role === 'skipped') return [{ kind: 'skipped', ...at, what: support.title, consequence: support.why }];
  const unsupported = (refusal: Refusal): PlanFinding => ({ kind: 'unsupported', ...at, ...refusal });
  if (!support) return [unsupported({ what: keyOf(element) || element.kind, consequence: withoutIt(node) })];
  const own = refusals(element, support, inspection).map(unsupported);
  if (node.lost !== undefined)
    own.push(unsupported({ what: `${support.title}: ${node.lost}`, consequence: 'nothing of it runs' }));
  return own;
}

function supportedBy(element: Element): Support | undefined {
  const key = keyOf(element);
  return Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
}

/** What of a supported element can't be honoured. */
export function refusals(element: Element, support: Support, inspection: TextInspection): Refusal[] {
  const own = 'inspect' in support ? (support.inspect?.(element) ?? []) : [];
  return [
    ...own,
    ...choiceRefusals(element),
    ...conditionRefusals(element, inspection),
    ...textRefusals(element, inspection),
  ];
}

/** Choices that are read once, when the plan is compiled; JMeter would evaluate them in the moment. */
export const choices: ReadonlySet<string> = new Set([
  ...['LoopController.continue_forever', 'IfController.evaluateAll', 'IfController.useExpression'],
  ...['ForeachController.useSeparator', 'InterleaveControl.style', 'InterleaveControl.accrossThreads'],
  ...['ThroughputController.style', 'ThroughputController.perThread', 'TransactionController.parent'],
  ...['TransactionController.includeTimers', 'ActionProcessor.action', 'ActionProcessor.target', 'OnError.action'],
  ...['CounterConfig.per_user', 'CounterConfig.reset_on_tg_iteration', 'UserParameters.per_iteration', 'perThread'],
  ...['shareMode', 'ThreadGroup.on_sample_error', 'ThreadGroup.same_user_on_next_iteration'],
  ...['same_user_on_next_iteration', 'TestPlan.serialize_threadgroups', 'TestPlan.tearDown_on_shutdown'],
]);

function choiceRefusals({ properties }: Element): Refusal[] {
  const computed = [...properties].filter(([name, value]) => choices.has(name) && String(value).includes('${'));
  return computed.map(([name, value]) => ({
    what: `${name} is computed: ${value}`,
    consequence: 'it would be taken for its default',
  }));
}

function conditionRefusals(element: Element, inspection: TextInspection): readonly Refusal[] {
  if (element.kind !== 'IfController') return [];
  const text = element.properties.get('IfController.condition');
  const useExpression = element.properties.get('IfController.useExpression');
  if (typeof text !== 'string' || useExpression === 'true') return [];
  return inspection.condition(text, 'javascript');
}

function textRefusals(element: Element, inspection: TextInspection): readonly Refusal[] {
  const found = new Map<string, Refusal>();
  for (const text of [element.name, ...textsOf(element)]) {
    if (!text.includes('${')) continue;
    for (const refusal of inspection.text(text)) found.set(refusal.what, refusal);
  }
  return [...found.values()];
}

/** How many elements are below it. */
function size(node: PlanNode): number {
  return node.children.reduce((sum, child) => sum + 1 + size(child), 0);
}

function withoutIt(node: PlanNode): string {
  const below = size(node);
  return below > 0 ? `it and the ${below} elements below it are left out` : 'it is left out';
}
