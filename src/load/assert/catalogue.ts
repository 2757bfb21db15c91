import type { Support } from '../engine/support.ts';
import { jsonAssertion } from './json.ts';
import { responseAssertion } from './response.ts';
import { durationAssertion, md5Assertion, sizeAssertion } from './sizes.ts';
import { xmlAssertion, xpath2Assertion, xpathAssertion } from './xml.ts';

/** What answers are held to. What is not in it (HTML, Compare, JSR223, BeanShell, JMESPath, schema assertions) is refused. */
export const assertions: Readonly<Record<string, Support>> = {
  ResponseAssertion: responseAssertion,
  DurationAssertion: durationAssertion,
  SizeAssertion: sizeAssertion,
  JSONPathAssertion: jsonAssertion,
  XPathAssertion: xpathAssertion,
  XPath2Assertion: xpath2Assertion,
  XMLAssertion: xmlAssertion,
  MD5HexAssertion: md5Assertion,
};
