import { type Bean, beanOf, type Element, isBean, itemsOf, type Property, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';
import type { PlanNode } from './resolve.ts';
import type { Run, User } from './user.ts';

/** Reads texts with the plan's variables, before there is any user. */
export function readerOf(run: Run, variables: Map<string, string>): User {
  const slots = new Map<object, unknown>();
  return {
    number: 0,
    name: '',
    group: '',
    variables,
    run,
    previous: undefined,
    iteration: 0,
    active: { group: () => 0, all: () => 0 },
    slot: <T>(owner: object, make: () => T): T => {
      if (!slots.has(owner)) slots.set(owner, make());
      return slots.get(owner) as T;
    },
    signal: new AbortController().signal,
  };
}

/**
 * User-defined variables are evaluated once, from the top of the plan to its bottom, wherever they stand; those of one element
 * can't see one another. Of the same name in one element the first counts, of several elements the last.
 */
export function defineVariables(plan: PlanNode, reader: User, template: (text: string, place: string) => Text): void {
  const ofPlan = beanOf(plan.element, 'TestPlan.user_defined_variables');
  if (ofPlan) define(ofPlan, plan.element, reader, template);
  const walk = (node: PlanNode) => {
    if (node.element.kind === 'Arguments') define(node.element, node.element, reader, template);
    for (const child of node.children) walk(child);
  };
  walk(plan);
}

function define(
  bean: Pick<Bean, 'properties'>,
  { path }: Element,
  reader: User,
  template: (text: string, place: string) => Text,
): void {
  const values = new Map<string, string>();
  for (const { value } of itemsOf(bean, 'Arguments.arguments')) {
    const read = (property: string) => template(textIn(value, property), `${path} ${property}`).of(reader);
    const name = read('Argument.name');
    if (!values.has(name)) values.set(name, read('Argument.value'));
  }
  for (const [name, value] of values) reader.variables.set(name, value);
}

function textIn(value: Property, property: string): string {
  return typeof value !== 'string' && isBean(value) ? textOf(value, property) : '';
}
