import { type Element, isBean, type Properties, type Property } from '../jmx/element.ts';

/** All texts of an element's own properties, deep inside too. Remarks for people are none. */
export function* textsOf({ properties }: { readonly properties: Properties }): Iterable<string> {
  for (const [name, value] of properties) if (!isRemark(name)) yield* textsIn(value);
}

function isRemark(name: string): boolean {
  return name === 'TestPlan.comments' || name === 'Argument.desc';
}

function* textsIn(value: Property): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (isBean(value)) yield* textsOf(value);
  else for (const item of value) yield* textsIn(item.value);
}

/** Whether any text of the enabled elements below has one of these words. */
export function mentions(root: Element, words: readonly string[]): boolean {
  if (!root.enabled) return false;
  for (const text of textsOf(root)) if (words.some((word) => text.includes(word))) return true;
  return words.some((word) => root.name.includes(word)) || root.children.some((child) => mentions(child, words));
}
