import { type Element, textOf } from '../jmx/element.ts';
import { answerWords } from '../text/compile.ts';
import type { Text } from '../text/template.ts';
import { catalogue, keyOf } from './catalogue.ts';
import type { CompiledGroup, CompiledPlan } from './compiled.ts';
import { controllers, hasParentSample } from './controllers/catalogue.ts';
import type { Branch } from './controllers/controller.ts';
import type { ControllerScope } from './controllers/kind.ts';
import { elementOf } from './expand.ts';
import { groups } from './groups/catalogue.ts';
import type { GroupKind } from './groups/group.ts';
import { refusals, type TextInspection } from './inspect.ts';
import type { Iterates, Leaf, OnFailure } from './leaf.ts';
import { toBoolean } from './numbers.ts';
import { type Include, type PlanNode, resolvePlan } from './resolve.ts';
import { onFailure } from './samplers/result-action.ts';
import type { Assertion, Config, Scope, Support } from './support.ts';
import { mentions } from './texts.ts';
import type { Run, User } from './user.ts';
import { defineVariables, readerOf } from './variables.ts';
import type { OnSampleError } from './virtual-user.ts';

/** What a plan is compiled with. */
export interface CompileTools {
  /** Compiles a text; `place` tells it from all others of the plan. */
  text(text: string, place: string): Text;
  condition(text: string, language: 'javascript' | 'expression', place: string): (user: User) => boolean;
  readonly inspection: TextInspection;
  readonly include: Include;
  readonly run: Run;
  readonly target?: URL;
  readonly askServer: boolean;
  /** What elements are made into, by their keys; the engine's own unless tests say otherwise. */
  readonly catalogue?: Readonly<Record<string, Support>>;
}

/** Nodes beside one another, from those of the group on inwards: whatever is in scope. */
type Levels = readonly (readonly PlanNode[])[];

/**
 * A plan as it runs, by the rules of JMeter's TestCompiler. What is disabled is gone; so is what this engine can't honour: that
 * it is there, `inspectPlan` has said before.
 */
export function compilePlan(root: Element, tools: CompileTools): CompiledPlan & { readonly reader: User } {
  return new PlanCompiler(root, tools).plan();
}

class PlanCompiler {
  readonly #tools: CompileTools;
  readonly #plan: PlanNode;
  readonly #catalogue: Readonly<Record<string, Support>>;
  readonly #indexed: boolean;
  readonly #keepsAnswers: boolean;
  readonly #supports = new Map<Element, Support | undefined>();
  /** Each node is compiled once, whatever it is in scope of. */
  readonly #compiled = new Map<PlanNode, unknown>();
  readonly #configs = new Map<Element, Config>();
  #reader: User;
  #nextGroup = 0;
  #nextId = 0;

  constructor(root: Element, tools: CompileTools) {
    this.#tools = tools;
    this.#plan = resolvePlan(root, tools.include);
    this.#catalogue = tools.catalogue ?? catalogue;
    this.#reader = readerOf(tools.run, new Map());
    const whole = elementOf(this.#plan);
    this.#indexed = mentions(whole, ['__jm__']);
    this.#keepsAnswers = mentions(whole, answerWords);
  }

  plan(): CompiledPlan & { readonly reader: User } {
    const node = this.#plan;
    const reader = this.#reader;
    defineVariables(node, reader, (text, place) => this.#tools.text(text, place));
    const all = node.children.filter((child) => this.#group(child));
    // As in JMeter, what is below them does not come along.
    const level = node.children
      .filter((child) => !this.#group(child) && !Object.hasOwn(controllers, keyOf(child.element)))
      .map((child): PlanNode => ({ element: child.element, children: [] }));
    const of = (phase: GroupKind['phase']) =>
      all
        .filter((each) => this.#group(each)?.phase === phase)
        .map((each, place) => this.#compileGroup(each, level, place + 1));
    const is = (name: string) => toBoolean(textOf(node.element, name));
    return {
      ...{ setUp: of('setUp'), main: of('main'), tearDown: of('tearDown') },
      serialize: is('TestPlan.serialize_threadgroups'),
      tearDownOnShutdown: is('TestPlan.tearDown_on_shutdown'),
      ...{ variables: reader.variables, reader },
    };
  }

  #support({ element }: PlanNode): Support | undefined {
    if (!this.#supports.has(element)) this.#supports.set(element, this.#lookUp(element));
    return this.#supports.get(element);
  }

  #lookUp(element: Element): Support | undefined {
    const key = keyOf(element);
    const support = Object.hasOwn(this.#catalogue, key) ? this.#catalogue[key] : undefined;
    if (!support || support.role === 'skipped') return undefined;
    return refusals(element, support, this.#tools.inspection).length === 0 ? support : undefined;
  }

  #group(node: PlanNode): GroupKind | undefined {
    return this.#support(node)?.role === 'group' ? groups[keyOf(node.element)] : undefined;
  }

  /** Elements of the plan itself reach into each group as if they stood at its end. */
  #compileGroup(node: PlanNode, ofPlan: readonly PlanNode[], number: number): CompiledGroup {
    const { element } = node;
    const level = [...node.children, ...ofPlan];
    const scope = this.#scope([level]);
    const parts = (this.#group(node) as GroupKind).parts(element, scope);
    const onError = textOf(element, 'ThreadGroup.on_sample_error', 'continue').toLowerCase() as OnSampleError;
    const countIteration: Iterates = { iterate: (user) => (user.iteration += 1) };
    const tree = this.#branch(node, level, [], -1, parts.root);
    const sameUser = element.kind.startsWith('com.blazemeter.')
      ? 'same_user_on_next_iteration'
      : 'ThreadGroup.same_user_on_next_iteration';
    return {
      ...{ name: this.#tools.text(element.name, `${element.path} name`).of(this.#reader) },
      ...{ start: parts.start, size: parts.size, onError, number, index: this.#nextGroup++ },
      keepsAnswers: this.#keepsAnswers,
      newEachIteration: !toBoolean(textOf(element, sameUser, 'true')),
      tree: { ...tree, listeners: [...tree.listeners, countIteration] },
      configs: [...new Set(this.#configsIn(level, []))],
    };
  }

  /** In the order of the plan. */
  #configsIn(level: readonly PlanNode[], outer: Levels): Config[] {
    return level.flatMap((node) => {
      const below = this.#configsIn(node.children, [...outer, level]);
      return this.#support(node)?.role === 'config' ? [this.#config(node.element, [...outer, level]), ...below] : below;
    });
  }

  /** @param keeper the place in `levels` of the children of the transaction that keeps its samples; -1 where there is none. */
  #branch(node: PlanNode, level: readonly PlanNode[], outer: Levels, keeper: number, make: Branch['make']): Branch {
    const levels = [...outer, level];
    const children: (Leaf | Branch)[] = [];
    const listeners: (Iterates | number)[] = [];
    for (const child of level) {
      const role = this.#support(child)?.role;
      if (role === 'sampler') {
        listeners.push(...this.#iterating(child.children, [...levels, child.children]));
        children.push(this.#leaf(child, levels, keeper));
      } else if (role === 'controller' && Object.hasOwn(controllers, keyOf(child.element))) {
        listeners.push(children.length);
        children.push(this.#controller(child, levels, keeper));
      } else listeners.push(...this.#iterating([child], levels));
    }
    const name = this.#tools.text(node.element.name, `${node.element.path} name`);
    return { is: 'branch', name, children, listeners, make, indexed: this.#indexed };
  }

  /** Which of them hear of iterations. */
  #iterating(nodes: readonly PlanNode[], levels: Levels): Iterates[] {
    return nodes.flatMap((node) => {
      const support = this.#support(node);
      const compiled =
        support?.role === 'config' ? this.#config(node.element, levels) : this.#ofRole(node, levels, 'before');
      return compiled !== undefined && 'iterate' in compiled ? [compiled as Iterates] : [];
    });
  }

  #controller(node: PlanNode, outer: Levels, keeper: number): Branch {
    const { element } = node;
    const levels = [...outer, node.children];
    const kind = controllers[keyOf(element)];
    const scope: ControllerScope = {
      ...this.#scope(levels),
      condition: (of, property, language) =>
        this.#tools.condition(textOf(of, property), language, `${of.path} ${property}`),
      checks: hasParentSample(element) ? levels.toReversed().flatMap((each) => this.#checks(each, levels)) : [],
      id: `${element.path} ${this.#nextId++}`,
    };
    const make = kind?.make(element, scope) as Branch['make'];
    return this.#branch(node, node.children, outer, hasParentSample(element) ? outer.length : keeper, make);
  }

  #leaf(node: PlanNode, outer: Levels, keeper: number): Leaf {
    const levels = [...outer, node.children];
    const scope = this.#scope(levels);
    const support = this.#support(node);
    if (support?.role !== 'sampler') throw new Error(`${node.element.path} is no sampler`);
    const sampler = support.compile(node.element, scope);
    const inwards = <T>(of: (node: PlanNode) => T | undefined) =>
      levels.flatMap((each) => each.flatMap((one) => of(one) ?? []));
    const outwards = levels.toReversed().flat();
    const afters = inwards((each) => this.#ofRole(each, levels, 'after'));
    const checks = levels.flatMap((each) => this.#checks(each, levels));
    const timers = outwards.flatMap((each) => this.#ofRole(each, levels, 'timer') ?? []);
    sampler.needs?.(this.#keepsAnswers || afters.length > 0 || checks.length > 0);
    return {
      is: 'leaf',
      name: this.#tools.text(node.element.name, `${node.element.path} name`),
      sampler,
      befores: inwards((each) => this.#ofRole(each, levels, 'before')),
      timers,
      holds: timers.some((timer) => 'hold' in timer),
      afters,
      checks,
      // What is around a transaction with a parent sample hears only of that.
      onFailure: levels.slice(keeper + 1).flatMap((each) => this.#onFailure(each)),
    };
  }

  #ofRole<Role extends 'before' | 'after' | 'timer'>(node: PlanNode, levels: Levels, role: Role) {
    const support = this.#support(node);
    if (support?.role !== role) return undefined;
    type Compiled = ReturnType<Extract<Support, { role: Role }>['compile']>;
    return this.#once(node, () => support.compile(node.element, this.#scopeAt(node, levels)) as Compiled);
  }

  #checks(level: readonly PlanNode[], levels: Levels): Assertion[] {
    return level.flatMap((node) => {
      const support = this.#support(node);
      if (support?.role !== 'assertion') return [];
      return [this.#once(node, () => support.compile(node.element, this.#scopeAt(node, levels)))];
    });
  }

  #onFailure(level: readonly PlanNode[]): OnFailure[] {
    const handlers = level.filter((node) => node.element.kind === 'ResultAction' && this.#support(node));
    return handlers.map((node) => this.#once(node, () => onFailure(node.element)));
  }

  #once<T>(node: PlanNode, make: () => T): T {
    if (!this.#compiled.has(node)) this.#compiled.set(node, make());
    return this.#compiled.get(node) as T;
  }

  /** Of an element beside others: what is in deeper levels does not reach it. */
  #scopeAt(node: PlanNode, levels: Levels): Scope {
    const depth = levels.findIndex((level) => level.includes(node));
    return this.#scope(levels.slice(0, depth + 1));
  }

  #scope(levels: Levels): Scope {
    const { target, askServer } = this.#tools;
    const nodes = levels.toReversed().flat();
    return {
      text: (element, property, otherwise = '') =>
        this.#tools.text(textOf(element, property, otherwise), `${element.path} ${property}`),
      template: (text) => this.#tools.text(text, `text ${this.#nextId++}`),
      configs: nodes.filter((node) => this.#support(node)?.role === 'config').map(({ element }) => element),
      config: (element) => this.#config(element, levels),
      ...(target && { target }),
      askServer,
    };
  }

  #config(element: Element, levels: Levels): Config {
    const known = this.#configs.get(element);
    if (known) return known;
    const support = this.#supports.get(element);
    if (support?.role !== 'config') throw new Error(`${element.path} is no config element`);
    const config = support.compile(element, this.#scope(levels));
    this.#configs.set(element, config);
    return config;
  }
}
