import type { Document, Node } from '@xmldom/xmldom';
import { RelevoError } from '../../../domain/failure.ts';
import { type XPathExpression, type XPathValue, xmldom, xpath } from '../../libraries.ts';
import { bounded } from '../../text/bounded.ts';
import { Refused } from '../../text/function.ts';
import { remembered } from '../../text/remembered.ts';

/** What an expression gives: nodes, in the order of the document, or one value. */
export type Found =
  | { readonly is: 'nodes'; readonly nodes: readonly Node[] }
  | { readonly is: 'boolean'; readonly holds: boolean; readonly text: string }
  | { readonly is: 'text'; readonly text: string };

/** By prefix. */
export type Namespaces = ReadonlyMap<string, string>;

export interface XPath {
  /** Throws RelevoError where a prefix is unknown, or it takes too long. */
  find(document: Document, namespaces: Namespaces): Found;
}

/** Compiles XPath 1.0. Throws Refused where it is something else. */
export const compileXPath: (text: string) => XPath = remembered(compile);

const known = new Set(
  'last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round node text comment processing-instruction'.split(
    ' ',
  ),
);

function compile(text: string): XPath {
  if (text.length > 5000) throw new Refused('an XPath of more than 5000 characters', 'nothing would be found');
  const called = text.replace(/"[^"]*"|'[^']*'/g, "''").matchAll(/([\w:.-]+)\s*\(/g);
  for (const [, name = ''] of called)
    if (!known.has(name.split('::').at(-1) as string) && !/^(?:and|or|div|mod)$/.test(name))
      throw new Refused(
        `the function ${name}() in the XPath ${text}`,
        'only XPath 1.0 is known, and nothing would be found',
      );
  const expression = parsed(text);
  return {
    find: (document, namespaces) =>
      bounded(`The XPath ${text}`, () => {
        try {
          return foundIn(expression.evaluate({ node: document, namespaces: (prefix) => namespaces.get(prefix) }));
        } catch (error) {
          // What is nested too deeply is told apart by the caller.
          if (error instanceof RangeError) throw error;
          throw new RelevoError({ code: 'failed', message: (error as Error).message });
        }
      }),
  };
}

function parsed(text: string): XPathExpression {
  try {
    return xpath().parse(text);
  } catch (error) {
    throw new Refused(
      `the XPath ${text}: ${(error as Error).message}`,
      'only XPath 1.0 is known, and nothing would be found',
    );
  }
}

function foundIn(value: XPathValue): Found {
  if (value.toArray !== undefined) return { is: 'nodes', nodes: value.toArray() };
  const text = value.stringValue();
  return value.constructor.name === 'XBoolean'
    ? { is: 'boolean', holds: value.booleanValue(), text }
    : { is: 'text', text };
}

/** The whole text of a node. */
export function stringValue(node: Node): string {
  return (
    (node.nodeType === 9 ? (node as Document).documentElement?.textContent : (node.textContent ?? node.nodeValue)) ?? ''
  );
}

export function serialised(node: Node): string {
  if (node.nodeType !== 2) return new (xmldom().XMLSerializer)().serializeToString(node);
  return `${node.nodeName}="${node.nodeValue ?? ''}"`;
}

/** As they are declared at the document's element. */
export function declaredIn({ documentElement }: Document): Namespaces {
  const declared = new Map<string, string>();
  for (const { name, value } of documentElement?.attributes ?? [])
    if (name.startsWith('xmlns:')) declared.set(name.slice('xmlns:'.length), value);
  return declared;
}

/** Lines of `prefix=uri`. */
export function namespacesOf(text: string): Namespaces {
  const pairs = text.split('\n').map((line) => /^([^=]*)=(.*)$/s.exec(line));
  return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? ''] as const])));
}
