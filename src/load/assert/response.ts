import type { Assertion, Refusal, Scope, Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { body, type Field, isTrue, lookedAt, noSuchScope, refuseScope } from '../extract/common.ts';
import { type Element, itemsOf, textOf } from '../jmx/element.ts';
import type { AssertionResult, Sample } from '../sample.ts';
import { TookTooLong } from '../text/bounded.ts';
import { compileRegex, MalformedRegex } from '../text/regex.ts';
import { difference } from './difference.ts';
import { failed, inError, scoped, wasNull } from './scoped.ts';

const [match, contains, not, equals, substring, or] = [1, 2, 4, 8, 16, 32] as const;

/** What is looked at, and what messages call it. */
const fields: Readonly<Record<string, { readonly of: Field; readonly called: string }>> = {
  response_data: { of: body, called: 'text' },
  response_code: { of: ({ code }) => code, called: 'code' },
  response_message: { of: ({ message }) => message, called: 'message' },
  response_headers: { of: ({ response }) => response?.headers ?? '', called: 'headers' },
  request_headers: { of: ({ response }) => response?.requestHeaders ?? '', called: 'request headers' },
};
/** `sample_label`, and all that is not known. */
const url = { of: ({ url }: Sample) => url, called: 'URL' };

const refused: Readonly<Record<string, string>> = {
  response_data_as_document: 'the answer read as a document (Tika)',
  request_data: 'the request as it was sent',
};

/** JMeter's ResponseAssertion. */
export const responseAssertion: Supported = {
  role: 'assertion',
  title: 'Response Assertion',
  limits: [
    'Regular expressions that take more than 250 ms on an answer are given up; the assertion is in error then.',
    'Regular expressions are those of Oro, whatever the property jmeter.regex.engine says.',
  ],
  refuses: [
    'The request as it was sent, and the answer read as a document (Tika), as the field that is looked at.',
    noSuchScope,
  ],
  inspect,
  compile,
};

function fieldName(element: Element): string {
  return textOf(element, 'Assertion.test_field').replace(/^Assertion\./, '');
}

/** Without a type it is "contains". */
function typeOf(element: Element): number {
  const type = textOf(element, 'Assertion.test_type');
  if (type === '') return contains;
  return /^-?\d{1,9}$/.test(type) ? Number(type) : 0;
}

/** The key is misspelt in JMeter. */
function patternsOf(element: Element): readonly string[] {
  return itemsOf(element, 'Asserion.test_strings').map(({ value }) => (typeof value === 'string' ? value : ''));
}

function inspect(element: Element): Refusal[] {
  const what = refused[fieldName(element)];
  const isVariable = lookedAt(element, 'Assertion.scope') === 'variable';
  return [
    ...(what === undefined || isVariable ? [] : [{ what, consequence: 'nothing would be checked' }]),
    ...refuseScope(element, 'Assertion.scope'),
  ];
}

function compile(element: Element, scope: Scope): Assertion {
  const type = typeOf(element);
  const patterns = patternsOf(element).map((pattern) => scope.template(pattern));
  const variable = scope.text(element, 'Scope.variable');
  const custom = scope.text(element, 'Assertion.custom_message');
  const assumesSuccess = isTrue(element, 'Assertion.assume_success');
  const isVariable = lookedAt(element, 'Assertion.scope') === 'variable';
  const field = fields[fieldName(element)] ?? url;
  const [isNot, isOr] = [(type & not) !== 0, (type & or) !== 0];

  function check(user: User, sample: Sample): AssertionResult | undefined {
    if (assumesSuccess) sample.success = true;
    const looked = isVariable ? (user.variables.get(variable.of(user)) ?? '') : field.of(sample);
    // What is empty holds nothing: all that it should not hold is not there.
    if (looked === '') return isNot ? undefined : wasNull(element);
    const failures: string[] = [];
    for (const template of patterns) {
      const pattern = template.of(user);
      const passes = found(type, looked, pattern) !== isNot;
      if (passes && isOr) return undefined;
      if (passes) continue;
      const called = isVariable ? `variable(${variable.of(user)})` : field.called;
      failures.push(`Test failed: ${called} ${words(type)} /${shown(type, looked, pattern)}/`);
      if (!isOr) break;
    }
    if (failures.length === 0 && !isOr) return undefined;
    const message = isOr ? `${failures.join('\t')}\t` : (failures[0] as string);
    return failed(element, custom.of(user) || message);
  }

  return scoped(element, (user, sample) => {
    try {
      return check(user, sample);
    } catch (error) {
      return inError(element, badConfiguration(error));
    }
  });
}

function badConfiguration(error: unknown): string {
  if (error instanceof TookTooLong) return error.message;
  if (!(error instanceof MalformedRegex)) throw error;
  const { pattern, reason } = error;
  return `Bad test configuration org.apache.oro.text.MalformedCachePatternException: Invalid expression: ${pattern}\n${reason}`;
}

function found(type: number, looked: string, pattern: string): boolean {
  if ((type & contains) !== 0) return compileRegex(pattern).find(looked) !== undefined;
  if ((type & equals) !== 0) return looked === pattern;
  if ((type & substring) !== 0) return looked.includes(pattern);
  return compileRegex(pattern).matches(looked);
}

/** "Or" has no words of its own in JMeter. */
function words(type: number): string {
  const negative = (type & not) !== 0 ? ' not' : '';
  switch (type & ~not) {
    case contains:
    case substring:
      return `expected${negative} to contain`;
    case match:
      return `expected${negative} to match`;
    case equals:
      return `expected${negative} to equal`;
    default:
      return 'expected something using';
  }
}

function shown(type: number, looked: string, pattern: string): string {
  return (type & equals) !== 0 ? difference(looked, pattern) : pattern;
}
