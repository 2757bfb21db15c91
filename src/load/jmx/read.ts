import type { Element, Item, Properties, Property } from './element.ts';
import { decodePlan } from './encoding.ts';
import { formOf, kindOf, propertyNameOf, withFileList } from './legacy.ts';
import type { PlanSource } from './source.ts';
import { attributes, names } from './special.ts';
import { parseXml, type XmlNode } from './xml.ts';

/** Names of elements may have any length, and each path has all of those above it. */
const longestName = 120;

/**
 * A `.jmx` of any JMeter since 2.0 as its tree, whose root is the test plan; a fragment that has none gets an empty one. `name` is
 * how people call the file. Nothing in it is run, and no entity is expanded. Throws RelevoError `invalid-file` with the place.
 */
export function readPlan(text: string | Buffer, name: string): Element {
  const source = decodePlan(text, name);
  if (source.text.trim() === '') source.refuse({ message: 'the file is empty' });
  const document = parseXml(source);
  if (document.tag !== 'jmeterTestPlan') refuseDocument(source, document);
  const tree = document.children.find(({ tag }) => tag === 'hashTree') ?? refuse(source, document, 'the plan is empty');
  const reader = new Reader(source, document.attributes['version'] === '1.0');
  // A work bench was a place to keep things in; JMeter never ran it.
  const above = tree.children.some(({ tag }) => kindOf(tag) === 'TestPlan') ? '' : name;
  const top = reader.elements(tree, above).filter(({ kind }) => kind !== 'WorkBench');
  if (top.length === 0) refuse(source, tree, 'the plan is empty');
  return rootOf(top, name);
}

function rootOf(top: readonly Element[], name: string): Element {
  const [first, ...rest] = top;
  if (first?.kind === 'TestPlan') return { ...first, children: [...first.children, ...rest] };
  const properties = new Map<string, Property>();
  const root = { kind: 'TestPlan', form: 'TestPlanGui', name, enabled: true, properties, path: name, line: 1 };
  return { ...root, children: top };
}

class Reader {
  readonly #source: PlanSource;
  /** JMeter 2.1 and before wrote names and values as in URLs. */
  readonly #encoded: boolean;

  constructor(source: PlanSource, encoded: boolean) {
    this.#source = source;
    this.#encoded = encoded;
  }

  /** In a `hashTree` each element is followed by one with its children; the last one may lack it. */
  elements(tree: XmlNode, above: string): Element[] {
    const elements: Element[] = [];
    for (let index = 0; index < tree.children.length; index++) {
      const node = tree.children[index] as XmlNode;
      if (node.tag === 'hashTree')
        refuse(this.#source, node, 'a `hashTree` follows an element, and there is none here');
      const next = tree.children[index + 1];
      const below = next?.tag === 'hashTree' ? next : undefined;
      if (below !== undefined) index++;
      elements.push(this.#element(node, below, above));
    }
    return elements;
  }

  #element(node: XmlNode, below: XmlNode | undefined, above: string): Element {
    const kind = kindOf(node.attributes['class'] ?? node.tag);
    const properties = new Map(withFileList(this.#properties(node, kind)));
    const special = { ...specialAttributes(node, this.#decode), ...takeSpecial(properties) };
    const name = special[names.name] ?? '';
    const path = (above === '' ? '' : `${above} > `) + shortened(name === '' ? kind : name);
    return {
      kind,
      form: formOf(special[names.form] ?? ''),
      name,
      enabled: isTrue(special[names.enabled] ?? 'true'),
      properties,
      children: below === undefined ? [] : this.elements(below, path),
      path,
      line: node.line,
    };
  }

  #properties(node: XmlNode, kind: string): Properties {
    const properties = new Map<string, Property>();
    for (const child of node.children) {
      const { name, value } = this.#item(child, kind);
      properties.set(name ?? refuse(this.#source, child, `this \`${child.tag}\` has no name`), value);
    }
    return properties;
  }

  #item(node: XmlNode, kind: string): { readonly name: string | undefined; readonly value: Property } {
    const inside = (tag: string) => node.children.find((child) => child.tag === tag);
    const given = node.attributes['name'] ?? inside('name')?.text;
    const name = given === undefined ? undefined : propertyNameOf(kind, this.#decode(given));
    switch (node.tag) {
      case 'stringProp':
        return { name, value: this.#decode(node.text) };
      case 'boolProp':
      case 'intProp':
      case 'longProp':
        return { name, value: node.text.trim() };
      case 'elementProp':
        return { name, value: this.#bean(node) };
      case 'collectionProp':
      case 'mapProp':
        return { name, value: node.children.map((child) => this.#member(child, kind)) };
    }
    // `doubleProp` and `FloatProperty` have their name and value in tags; so has `objProp`, whose value is anything.
    const value = inside('value');
    return value === undefined ? { name: name ?? node.tag, value: object(node) } : { name, value: object(value) };
  }

  #member(node: XmlNode, kind: string): Item {
    const { name = '', value } = this.#item(node, kind);
    return { name, value };
  }

  #bean(node: XmlNode): Property {
    const kind = kindOf(node.attributes['elementType'] ?? '');
    const given = Object.entries(specialAttributes(node, this.#decode));
    const own = given.map(([name, value]) => [propertyNameOf(kind, name), value] as const);
    return { kind, properties: new Map([...own, ...this.#properties(node, kind)]) };
  }

  readonly #decode = (text: string): string => {
    if (!this.#encoded) return text;
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return text; // as it is, where it is not what it should be
    }
  };
}

function specialAttributes(node: XmlNode, decode: (text: string) => string): Record<string, string> {
  return Object.fromEntries(
    attributes.flatMap(([attribute, property]) => {
      const value = node.attributes[attribute];
      return value === undefined ? [] : [[property, attribute === 'testname' ? decode(value) : value]];
    }),
  );
}

/** The oldest plans have them as properties, which then count. */
function takeSpecial(properties: Map<string, Property>): Record<string, string> {
  const taken: Record<string, string> = {};
  for (const name of Object.values(names)) {
    const value = properties.get(name);
    properties.delete(name);
    if (typeof value === 'string') taken[name] = value;
  }
  return taken;
}

/** What is no property of JMeter's: the text, or the tags inside as properties. */
function object(node: XmlNode): Property {
  if (node.children.length === 0) return node.text;
  const properties = new Map(node.children.map((child) => [child.tag, object(child)]));
  return { kind: kindOf(node.attributes['class'] ?? node.tag), properties };
}

function isTrue(text: string): boolean {
  return text.trim().toLowerCase() === 'true';
}

function shortened(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
}

function refuse(source: PlanSource, { line, column }: XmlNode, message: string, hint?: string): never {
  return source.refuse({ line, column, message, hint });
}

function refuseDocument(source: PlanSource, document: XmlNode): never {
  const message = `a plan begins with \`<jmeterTestPlan>\`, and this with \`<${document.tag}>\``;
  const hint = document.tag === 'testResults' ? 'this is a log of results' : 'is this the right file?';
  return refuse(source, document, message, hint);
}
