import type { After, Assertion, Config, Scope, Supported } from '../../../src/load/engine/support.ts';
import { type Element, type Property, textOf } from '../../../src/load/jmx/element.ts';
import type { Sample } from '../../../src/load/sample.ts';
import { compileText } from '../../../src/load/text/compile.ts';

/** An element of a test, by its properties. */
export function anElement(kind: string, properties: Readonly<Record<string, Property>>, name = 'Look'): Element {
  const entries = new Map(Object.entries(properties));
  return {
    kind,
    form: `${kind}Gui`,
    name,
    enabled: true,
    properties: entries,
    children: [],
    path: `Test Plan > ${name}`,
    line: 1,
  };
}

/** What the engine gives while an element is compiled. */
export const aScope: Scope = {
  text: (element, property, otherwise) => compileText(textOf(element, property, otherwise)),
  template: (text) => compileText(text),
  configs: [],
  config: (): Config => ({}),
};

export function compiledAfter(support: Supported, element: Element): After {
  if (support.role !== 'after') throw new Error(`${support.title} is no post-processor`);
  return support.compile(element, aScope);
}

export function compiledAssertion(support: Supported, element: Element): Assertion {
  if (support.role !== 'assertion') throw new Error(`${support.title} is no assertion`);
  return support.compile(element, aScope);
}

/** A sample of a test, with the text of its answer. */
export function aSample(
  text: string,
  more: Partial<Sample> = {},
  headers = 'HTTP/1.1 200 OK\nContent-Type: text/html\nX-Id: 7\n',
): Sample {
  const body = Buffer.from(text);
  return {
    label: 'GET /',
    start: 1000,
    elapsed: 12,
    latency: 10,
    connect: 2,
    idle: 0,
    code: '200',
    message: 'OK',
    success: true,
    unknown: false,
    failure: '',
    assertions: [],
    received: (headers === '' ? 0 : headers.length + headers.split('\n').length + 1) + body.length,
    sent: 100,
    url: 'http://site/path?a=1',
    type: 'text',
    encoding: '',
    thread: 'Users 1-1',
    groupThreads: 1,
    allThreads: 1,
    server: '',
    children: [],
    response: { headers, requestHeaders: 'Host: site\nX-Token: abc\n', body, text: () => text },
    ...more,
  };
}
