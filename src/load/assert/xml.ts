import { RelevoError } from '../../domain/failure.ts';
import type { Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { body, isTrue, lookedAt, noSuchScope, refusalsBy, refuseScope } from '../extract/common.ts';
import { checkXml, parseXml } from '../extract/markup/dom.ts';
import { compileXPath, declaredIn, type Found, namespacesOf } from '../extract/markup/xpath.ts';
import { documentOf, noTidy, notXPath1, refuseTidy } from '../extract/xpath.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { AssertionResult, Sample } from '../sample.ts';
import type { Text } from '../text/template.ts';
import { failed, inError, scoped, wasNull } from './scoped.ts';

const entities = 'Entities that a DOCTYPE declares are not expanded.';

/** What is wrong with the answer, in words; whatever else is thrown is a bug. */
function reason(error: unknown): string {
  if (error instanceof RelevoError || error instanceof RangeError) return error.message;
  throw error;
}

function looked(element: Element, variable: Text): (user: User, sample: Sample) => string {
  const isVariable = lookedAt(element, 'Assertion.scope') === 'variable';
  return (user, sample) => (isVariable ? (user.variables.get(variable.of(user)) ?? '') : body(sample));
}

/** JMeter's XMLAssertion: the answer is well-formed. */
export const xmlAssertion: Supported = {
  role: 'assertion',
  title: 'XML Assertion',
  limits: ['Its messages are worded differently.'],
  compile: (element) => ({
    check: (_, sample) => {
      const text = body(sample);
      if (text === '') return wasNull(element);
      try {
        checkXml(text);
        return undefined;
      } catch (error) {
        return { name: element.name, failure: true, error: true, message: reason(error) };
      }
    },
  }),
};

/** JMeter's XPathAssertion. */
export const xpathAssertion: Supported = {
  role: 'assertion',
  title: 'XPath Assertion',
  limits: ["Markup that is not well-formed is read as browsers do, without JTidy's repairs.", entities],
  refuses: ['Validation by a document type.', ...noTidy, notXPath1, noSuchScope],
  inspect: (element) => [
    ...(isTrue(element, 'XPath.validate') && !isTrue(element, 'XPath.tolerant')
      ? [{ what: 'validating by a document type', consequence: 'answers that break it would pass' }]
      : []),
    ...refuseTidy(element, 'XPath.'),
    ...refuseScope(element, 'Assertion.scope'),
    ...refusalsBy(textOf(element, 'XPath.xpath', '/'), compileXPath),
  ],
  compile: (element, scope) => {
    const query = scope.text(element, 'XPath.xpath', '/');
    const text = looked(element, scope.text(element, 'Scope.variable'));
    const negated = isTrue(element, 'XPath.negate');
    return scoped(element, (user, sample) => {
      const xml = text(user, sample);
      if (xml === '') return wasNull(element);
      try {
        const document = documentOf(element, 'XPath.', xml);
        if (document.documentElement === null) return inError(element, 'Document is null, probably not parsable');
        const expression = query.of(user);
        return judged(element, compileXPath(expression).find(document, declaredIn(document)), expression, negated);
      } catch (error) {
        return inError(element, `SAXException: ${reason(error)}`);
      }
    });
  },
};

function judged(element: Element, found: Found, expression: string, negated: boolean): AssertionResult | undefined {
  if (found.is === 'text') return failed(element, `Cannot understand: ${expression}`);
  if (found.is === 'boolean') {
    if (found.holds !== negated) return undefined;
    return failed(element, `${negated ? 'Nodes' : 'No Nodes'} Matched for ${expression}`);
  }
  if (found.nodes.length > 0 !== negated) return undefined;
  return failed(
    element,
    negated ? 'Specified XPath was found... Turn off negate if this is not desired' : `No Nodes Matched ${expression}`,
  );
}

/** JMeter's XPath2Assertion, as far as its expressions are of XPath 1.0. */
export const xpath2Assertion: Supported = {
  role: 'assertion',
  title: 'XPath2 Assertion',
  limits: ['Only expressions of XPath 1.0 are known.', entities],
  refuses: [notXPath1, noSuchScope],
  inspect: (element) => [
    ...refuseScope(element, 'Assertion.scope'),
    ...refusalsBy(textOf(element, 'XPath.xpath', '/'), compileXPath),
  ],
  compile: (element, scope) => {
    const [query, namespaces] = [scope.text(element, 'XPath.xpath', '/'), scope.text(element, 'XPath.namespaces')];
    const text = looked(element, scope.text(element, 'Scope.variable'));
    const negated = isTrue(element, 'XPath.negate');
    return scoped(element, (user, sample) => {
      const [xml, expression] = [text(user, sample), query.of(user)];
      if (xml === '' && lookedAt(element, 'Assertion.scope') === 'variable') return wasNull(element);
      if (expression === '') return undefined;
      try {
        const found = compileXPath(expression).find(parseXml(xml, true), namespacesOf(namespaces.of(user)));
        const holds = found.is === 'nodes' ? found.nodes.length > 0 : found.is === 'text' || found.holds;
        if (holds !== negated) return undefined;
        return failed(element, `${negated ? 'Nodes' : 'No Nodes'} Matched for ${expression}`);
      } catch (error) {
        return inError(
          element,
          `Exception occurred computing assertion with XPath:${expression}, error:${reason(error)}`,
        );
      }
    });
  },
};
