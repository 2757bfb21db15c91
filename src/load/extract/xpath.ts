import type { Document, Node } from '@xmldom/xmldom';
import { RelevoError } from '../../domain/failure.ts';
import type { After, Refusal, Scope, Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import {
  body,
  countIn,
  integer,
  isTrue,
  lookedAt,
  noSuchScope,
  put,
  refusalsBy,
  refuseScope,
  samplesOf,
} from './common.ts';
import { parseHtmlDom, parseLeniently, parseXml } from './markup/dom.ts';
import { compileXPath, declaredIn, type Found, namespacesOf, serialised, stringValue } from './markup/xpath.ts';

const tolerance = "Markup that is not well-formed is read as browsers do, without JTidy's repairs.";
const entities = 'Entities that a DOCTYPE declares are not expanded.';

/** What is refused, for the docs: of what JTidy and validating parsers do, and of expressions. */
export const noTidy = ["Reports of JTidy's errors, and downloads of document types."];
export const notXPath1 = 'Expressions that are not of XPath 1.0.';

/** JMeter's XPathExtractor: XPath 1.0. */
export const xpathExtractor: Supported = {
  role: 'after',
  title: 'XPath Extractor',
  limits: [tolerance, entities],
  refuses: [...noTidy, notXPath1, noSuchScope],
  inspect: (element) => [
    ...refuseTidy(element, 'XPathExtractor.'),
    ...refuseScope(element, 'Sample.scope'),
    ...refusalsBy(textOf(element, 'XPathExtractor.xpathQuery'), compileXPath),
  ],
  compile: (element, scope) => extractor(element, scope, 'XPathExtractor.', ofXPath1),
};

/** JMeter's XPath2Extractor, as far as its expressions are of XPath 1.0. */
export const xpath2Extractor: Supported = {
  role: 'after',
  title: 'XPath2 Extractor',
  limits: ['Only expressions of XPath 1.0 are known.', entities, 'Fragments are not indented.'],
  refuses: [notXPath1, noSuchScope],
  inspect: (element) => [
    ...refuseScope(element, 'Sample.scope'),
    ...refusalsBy(textOf(element, 'XPathExtractor2.xpathQuery'), compileXPath),
  ],
  compile: (element, scope) => extractor(element, scope, 'XPathExtractor2.', ofXPath2),
};

/** What JTidy and validating parsers do beyond this. */
export function refuseTidy(element: Element, prefix: string): Refusal[] {
  const tolerant = isTrue(element, `${prefix}tolerant`);
  const refusals: Refusal[] = [];
  if (tolerant && isTrue(element, `${prefix}report_errors`))
    refusals.push({
      what: 'reporting the errors that JTidy finds',
      consequence: 'samples with such errors would not fail',
    });
  if (!tolerant && isTrue(element, `${prefix}download_dtds`))
    refusals.push({ what: 'downloading document types', consequence: 'their entities would be unknown' });
  return refusals;
}

/** As JMeter parses what an XPath 1 element looks at. */
export function documentOf(element: Element, prefix: string, text: string): Document {
  if (!isTrue(element, `${prefix}tolerant`)) return parseXml(text, isTrue(element, `${prefix}namespace`));
  return text.startsWith('<?xml ') ? parseLeniently(text) : parseHtmlDom(text);
}

/** What one text gives; null where there is a node without a value. */
type Extract = (user: User, text: string, which: number) => (string | null)[];

function ofXPath1(element: Element, scope: Scope): Extract {
  const query = scope.text(element, 'XPathExtractor.xpathQuery');
  const fragment = isTrue(element, 'XPathExtractor.fragment');
  return (user, text, which) => {
    const document = documentOf(element, 'XPathExtractor.', text);
    const found = compileXPath(query.of(user)).find(document, declaredIn(document));
    return pick(user, found, which).map((node) => {
      if (typeof node === 'string') return node;
      if (node.nodeType !== 1) return node.nodeValue;
      // Only the first child counts: of an element in an element there is nothing.
      return fragment ? serialised(node) : node.firstChild === null ? null : node.firstChild.nodeValue;
    });
  };
}

function ofXPath2(element: Element, scope: Scope): Extract {
  const query = scope.text(element, 'XPathExtractor2.xpathQuery');
  const namespaces = scope.text(element, 'XPathExtractor2.namespaces');
  const fragment = isTrue(element, 'XPathExtractor2.fragment');
  return (user, text, which) => {
    const expression = query.of(user);
    if (expression === '') return [];
    const found = compileXPath(expression).find(parseXml(text, true), namespacesOf(namespaces.of(user)));
    const picked = pick(user, found, which);
    if (which === 0 && picked.length === 0) throw new RelevoError({ code: 'failed', message: '-1' });
    return picked.map((node) => (typeof node === 'string' ? node : fragment ? serialised(node) : stringValue(node)));
  };
}

/** All nodes below zero, one at random for zero, else by number; a value that is no node is taken whatever the number. */
function pick(user: User, found: Found, which: number): readonly (Node | string)[] {
  if (found.is !== 'nodes') return [found.text];
  const { nodes } = found;
  if (which < 0) return nodes;
  const index = which === 0 ? Math.floor(user.run.random() * nodes.length) : which - 1;
  const node = nodes[index];
  return node === undefined ? [] : [node];
}

function extractor(
  element: Element,
  scope: Scope,
  prefix: 'XPathExtractor.' | 'XPathExtractor2.',
  make: (element: Element, scope: Scope) => Extract,
): After {
  const text = (name: string) => scope.text(element, prefix + name);
  const [name, number, otherwise] = [text('refname'), text('matchNumber'), text('default')];
  const variable = scope.text(element, 'Scope.variable');
  const looked = lookedAt(element, 'Sample.scope');
  const extract = make(element, scope);
  const missing = element.properties.has(`${prefix}matchNumber`) ? 0 : prefix === 'XPathExtractor.' ? -1 : 0;

  function inputs(user: User, sample: Sample): readonly string[] {
    if (looked === 'variable') return [user.variables.get(variable.of(user)) ?? ''].filter((each) => each !== '');
    const samples = samplesOf(looked, sample);
    // XPath 2 looks at the sample itself as often as there are samples.
    return samples.map((each) => body(prefix === 'XPathExtractor.' ? each : sample));
  }

  return {
    run: (user, sample) => {
      const refname = name.of(user);
      const before = countIn(user, `${refname}_matchNr`);
      user.variables.set(refname, otherwise.of(user)).set(`${refname}_matchNr`, '0');
      user.variables.delete(`${refname}_1`);
      try {
        const which = integer(user, number, missing);
        save(
          user,
          refname,
          inputs(user, sample).flatMap((each) => extract(user, each, which)),
          before,
        );
      } catch (error) {
        report(element, sample, error);
      }
    },
  };
}

function save(user: User, name: string, matches: readonly (string | null)[], before: number): void {
  user.variables.set(`${name}_matchNr`, String(matches.length));
  const [first] = matches;
  if (typeof first === 'string') user.variables.set(name, first);
  for (const [index, match] of matches.entries()) if (match !== null) put(user, `${name}_${index + 1}`, match);
  for (let index = matches.length + 1; index <= Math.max(before, matches.length + 1); index += 1)
    user.variables.delete(`${name}_${index}`);
}

/** JMeter puts it among the assertions, which does not make the sample fail. */
function report(element: Element, sample: Sample, error: unknown): void {
  if (!(error instanceof RelevoError || error instanceof RangeError)) throw error;
  const message = `${error.message}\nSee log file for further details.`;
  sample.assertions.push({ name: element.name, failure: true, error: false, message });
  if (sample.failure === '') sample.failure = message;
}
