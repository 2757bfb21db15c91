import { createRequire } from 'node:module';

/*
 * npm packages that few plans need, and that take more memory and time to load than the rest of the engine, in each worker: the
 * first element that uses one loads it.
 */

const require = createRequire(import.meta.url);

function lazily<T>(name: string): () => T {
  let library: T | undefined;
  return () => {
    library ??= require(name) as T;
    return library;
  };
}

export const xmldom = lazily<typeof import('@xmldom/xmldom')>('@xmldom/xmldom');
export const htmlparser2 = lazily<typeof import('htmlparser2')>('htmlparser2');
export const cssSelect = lazily<typeof import('css-select')>('css-select');
export const jsonP3 = lazily<typeof import('json-p3')>('json-p3');

/** Of XPath 1.0, what is used: its types would bring the browser's DOM into the whole project. */
export const xpath = lazily<{ parse(expression: string): XPathExpression }>('xpath');

export interface XPathExpression {
  evaluate(context: {
    node: import('@xmldom/xmldom').Node;
    namespaces: (prefix: string) => string | undefined;
  }): XPathValue;
}

export interface XPathValue {
  toArray?(): import('@xmldom/xmldom').Node[];
  stringValue(): string;
  booleanValue(): boolean;
  constructor: { name: string };
}
