import { RelevoError } from '../../domain/failure.ts';
import { type Element, itemsOf, textOf } from '../jmx/element.ts';

/**
 * An element at one place of the plan as it runs: disabled ones are gone, modules and includes have below them what they point
 * to. One element is at several places where several modules point to it.
 */
export interface PlanNode {
  readonly element: Element;
  readonly children: readonly PlanNode[];
  /** Why what it points to is not there; a finding's `what`. */
  readonly lost?: string;
}

/** Reads the plan of an Include Controller. Throws RelevoError. */
export type Include = (path: string) => Element;

/** Modules in modules, includes in includes. */
const deepest = 20;
/** Elements of a plan as it runs. */
const most = 200_000;

export function resolvePlan(root: Element, include: Include | undefined): PlanNode {
  return new Resolver(root, include).plan();
}

class Resolver {
  readonly #root: Element;
  readonly #include: Include | undefined;
  #count = 0;

  constructor(root: Element, include: Include | undefined) {
    this.#root = planOf(root);
    this.#include = include;
  }

  plan(): PlanNode {
    return this.#node(this.#root, 0);
  }

  #node(element: Element, depth: number): PlanNode {
    this.#count += 1;
    if (this.#count > most) throw tooLarge();
    if (element.kind === 'ModuleController') return this.#module(element, depth);
    if (element.kind === 'IncludeController') return this.#included(element, depth);
    return { element, children: this.#enabled(element.children, depth) };
  }

  #enabled(elements: readonly Element[], depth: number): readonly PlanNode[] {
    return elements.filter(({ enabled }) => enabled).map((element) => this.#node(element, depth));
  }

  /** The controller that it points to is below it, whether that is enabled or not. */
  #module(element: Element, depth: number): PlanNode {
    const path = itemsOf(element, 'ModuleController.node_path').map(({ value }) => String(value));
    const target = find(this.#root, path.slice(1));
    if (!target) return lost(element, `it points to "${path.slice(2).join(' > ')}", which is not there`);
    if (depth === deepest) return lost(element, 'modules point to one another without end');
    return { element, children: [this.#node(target, depth + 1)] };
  }

  #included(element: Element, depth: number): PlanNode {
    const path = textOf(element, 'IncludeController.includepath').trim();
    if (path === '') return { element, children: [] };
    if (depth === deepest) return lost(element, `plans include one another without end: ${path}`);
    if (!this.#include) return lost(element, `the plan ${path}, which can't be read here`);
    try {
      const fragment = fragmentOf(planOf(this.#include(path)));
      if (!fragment) return lost(element, `${path} has no Test Fragment`);
      return { element, children: this.#enabled(fragment.children, depth + 1) };
    } catch (error) {
      if (error instanceof RelevoError) return lost(element, `${path} can't be read: ${error.message}`);
      throw error;
    }
  }
}

function lost(element: Element, why: string): PlanNode {
  return { element, children: [], lost: why };
}

function planOf(root: Element): Element {
  if (root.kind === 'TestPlan') return root;
  return root.children.find(({ kind }) => kind === 'TestPlan') ?? root;
}

function fragmentOf(plan: Element): Element | undefined {
  return plan.children.find(({ kind }) => kind === 'TestFragmentController');
}

/** By names from the plan on; where several elements have the same names, the last one, as in JMeter. */
function find(plan: Element, [name, ...path]: readonly string[]): Element | undefined {
  return name === plan.name ? below(plan, path) : undefined;
}

function below(element: Element, [name, ...path]: readonly string[]): Element | undefined {
  const named = element.children.filter((child) => child.name === name && child.kind !== 'ModuleController');
  if (path.length === 0) return named.at(-1);
  return named.map((child) => below(child, path)).findLast((found) => found !== undefined);
}

function tooLarge(): RelevoError {
  return new RelevoError({
    code: 'invalid-file',
    message: `The plan has more than ${most} elements where modules and includes are put in`,
    hint: 'Look for modules that hold one another',
  });
}
