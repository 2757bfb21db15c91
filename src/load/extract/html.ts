import type { After, Scope, Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import {
  attempt,
  integer,
  isTrue,
  lookedAt,
  noSuchScope,
  refusalsBy,
  refuseScope,
  samplesOf,
  saveMatches,
} from './common.ts';
import { compileSelector, type Document, htmlOf, parseHtml } from './markup/html.ts';

const property = (name: string) => `HtmlExtractor.${name}`;

/** JMeter's HtmlExtractor. */
export const htmlExtractor: Supported = {
  role: 'after',
  title: 'CSS Selector Extractor',
  limits: [
    'HTML is taken as it is written: no tbody is added to tables.',
    'Of what jsoup adds to CSS, only :contains, :eq, :lt, :gt and != are known.',
  ],
  refuses: [
    'The implementation JODD.',
    'Attributes that begin with `abs:`.',
    'Selectors that are not known.',
    noSuchScope,
  ],
  inspect: (element) => {
    const attribute = textOf(element, property('attribute')).trim();
    const absolute = { what: `the attribute "${attribute}"`, consequence: 'nothing would be found' };
    const implementation = textOf(element, property('extractor_impl'));
    const jodd = { what: `the implementation ${implementation}`, consequence: 'its selectors may mean something else' };
    return [
      ...(attribute.startsWith('abs:') ? [absolute] : []),
      ...(['', 'JSOUP'].includes(implementation) ? [] : [jodd]),
      ...refuseScope(element, 'Sample.scope'),
      ...refusalsBy(textOf(element, property('expr')), compileSelector),
    ];
  },
  compile,
};

function compile(element: Element, scope: Scope): After {
  const text = (name: string) => scope.text(element, property(name));
  const [name, selector, attribute] = [text('refname'), text('expr'), text('attribute')];
  const [number, otherwise] = [text('match_number'), text('default')];
  const variable = scope.text(element, 'Scope.variable');
  const looked = lookedAt(element, 'Sample.scope');
  const emptyDefault = isTrue(element, property('default_empty_value'));

  function documents(user: User, sample: Sample): readonly Document[] {
    if (looked !== 'variable')
      return samplesOf(looked, sample).map(({ response }) =>
        response === undefined ? parseHtml('') : htmlOf(response),
      );
    const html = user.variables.get(variable.of(user)) ?? '';
    return html === '' ? [] : [parseHtml(html)];
  }

  return {
    run: (user, sample) => {
      const [refname, which, value] = [name.of(user), integer(user, number), otherwise.of(user)];
      if (value !== '' || emptyDefault) user.variables.set(refname, value);
      const matches = attempt(user, element.name, () => {
        const [compiled, from] = [compileSelector(selector.of(user)), attribute.of(user)];
        const found: string[] = [];
        for (const document of documents(user, sample)) {
          found.push(...compiled.values(document, from, which > 0 ? which - found.length : Number.POSITIVE_INFINITY));
          if (which > 0 && found.length === which) break;
        }
        return found;
      });
      if (matches !== undefined) saveMatches(user, refname, matches, which);
    },
  };
}
