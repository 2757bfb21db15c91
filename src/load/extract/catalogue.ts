import type { Support } from '../engine/support.ts';
import { boundaryExtractor } from './boundary.ts';
import { htmlExtractor } from './html.ts';
import { jsonExtractor } from './json.ts';
import { regexExtractor } from './regex.ts';
import { xpath2Extractor, xpathExtractor } from './xpath.ts';

/** What takes variables out of answers. What is not in it (JMESPath, JSR223, BeanShell post-processors) is refused. */
export const extractors: Readonly<Record<string, Support>> = {
  RegexExtractor: regexExtractor,
  JSONPostProcessor: jsonExtractor,
  BoundaryExtractor: boundaryExtractor,
  HtmlExtractor: htmlExtractor,
  XPathExtractor: xpathExtractor,
  XPath2Extractor: xpath2Extractor,
};
