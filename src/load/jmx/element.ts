/**
 * One element of a JMeter test plan, as its `.jmx` says it and before anything of it is interpreted: text is as it was
 * written, with its `${…}`. What a plan of the project's file says in short is made into the same.
 */
export interface Element {
  /** What says what the element is: the XML tag, `HTTPSamplerProxy` or `kg.apc.jmeter.threads.UltimateThreadGroup`. */
  readonly kind: string;
  /** The class of JMeter's form for it: it tells what a `ConfigTestElement` is (`HttpDefaultsGui`). */
  readonly form: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly properties: Properties;
  readonly children: readonly Element[];
  /** Where it stands in the plan: `Test Plan > Users > GET /`. */
  readonly path: string;
  /** In the `.jmx`, 1-based; 0 where there is no file. */
  readonly line: number;
}

/** In the order of the file, by name; where one is there twice, the last counts. */
export type Properties = ReadonlyMap<string, Property>;

/** A text (of a string, number or boolean property), properties of an element inside the element, or a collection, in order. */
export type Property = string | Bean | readonly Item[];

/** An `elementProp`. */
export interface Bean {
  readonly kind: string;
  readonly properties: Properties;
}

/** In a `collectionProp` or a `mapProp`: names repeat there, and the order is the data. */
export interface Item {
  readonly name: string;
  readonly value: Property;
}

/** The text of a property as written; the default where it is missing. A blank one is there. */
export function textOf({ properties }: { readonly properties: Properties }, name: string, otherwise = ''): string {
  const value = properties.get(name);
  return typeof value === 'string' ? value : otherwise;
}

/** The members of a collection; none where it is missing. */
export function itemsOf({ properties }: { readonly properties: Properties }, name: string): readonly Item[] {
  const value = properties.get(name);
  return value !== undefined && typeof value !== 'string' && !isBean(value) ? value : [];
}

export function beanOf({ properties }: { readonly properties: Properties }, name: string): Bean | undefined {
  const value = properties.get(name);
  return value !== undefined && isBean(value) ? value : undefined;
}

export function isBean(value: Property): value is Bean {
  return typeof value !== 'string' && 'properties' in value;
}
