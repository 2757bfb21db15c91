import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractors } from '../../../src/load/extract/catalogue.ts';
import type { Property } from '../../../src/load/jmx/element.ts';
import type { Sample } from '../../../src/load/sample.ts';
import { anElement, aSample, compiledAfter } from '../rig/elements.ts';
import { aRun, aUser, type Given } from '../rig/text-user.ts';

type Properties = Readonly<Record<string, Property>>;

const prefixes: Readonly<Record<string, string>> = {
  RegexExtractor: 'RegexExtractor.',
  JSONPostProcessor: 'JSONPostProcessor.',
  BoundaryExtractor: 'BoundaryExtractor.',
  HtmlExtractor: 'HtmlExtractor.',
  XPathExtractor: 'XPathExtractor.',
  XPath2Extractor: 'XPathExtractor2.',
};

function elementOf(kind: string, properties: Properties) {
  const own = Object.entries(properties).map(([name, value]) => [
    /^[A-Z]\w+\./.test(name) ? name : `${prefixes[kind]}${name}`,
    value,
  ]);
  return anElement(kind, Object.fromEntries(own));
}

/** The variables afterwards. */
function extract(
  kind: string,
  properties: Properties,
  sample: Sample | string,
  given: Given = {},
): Record<string, string> {
  const user = aUser(given);
  const support = extractors[kind];
  if (support === undefined || support.role === 'skipped') throw new Error(kind);
  const looked = typeof sample === 'string' ? aSample(sample) : sample;
  compiledAfter(support, elementOf(kind, properties)).run(user, looked);
  return Object.fromEntries(user.variables);
}

function refusals(kind: string, properties: Properties): readonly string[] {
  const support = extractors[kind];
  if (support === undefined || support.role === 'skipped') throw new Error(kind);
  return (support.inspect?.(elementOf(kind, properties)) ?? []).map(({ what }) => what);
}

const page = '<a id="1">x</a><a id="2">y</a><a id="3">z</a>';
const regex = (more: Properties = {}): Properties => ({
  refname: 'v',
  regex: 'id="(\\d)">(\\w)',
  template: '$1$',
  match_number: '1',
  ...more,
});

describe('the regular expression extractor', () => {
  it.each<
    [why: string, more: Properties, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>]
  >([
    ['the first', {}, {}, { v: '1', v_g: '2', v_g0: 'id="1">x', v_g1: '1', v_g2: 'x' }],
    ['by number', { match_number: '3' }, {}, { v: '3', v_g: '2', v_g0: 'id="3">z', v_g1: '3', v_g2: 'z' }],
    ['at random', { match_number: '0' }, {}, { v: '2', v_g: '2', v_g0: 'id="2">y', v_g1: '2', v_g2: 'y' }],
    [
      'a blank number is random',
      { match_number: '' },
      {},
      { v: '2', v_g: '2', v_g0: 'id="2">y', v_g1: '2', v_g2: 'y' },
    ],
    [
      'a template',
      { template: '$2$-$1$ $$ $0$' },
      {},
      { v: 'x-1 $$ id="1">x', v_g: '2', v_g0: 'id="1">x', v_g1: '1', v_g2: 'x' },
    ],
    ['no template', { template: '' }, {}, { v: '', v_g: '2', v_g0: 'id="1">x', v_g1: '1', v_g2: 'x' }],
    ['not so many keep what was', { match_number: '4' }, { v: 'old', v_g: '1', v_g0: 'a', v_g1: 'b' }, { v: 'old' }],
    ['not so many take the default', { match_number: '4', default: 'd' }, { v: 'old' }, { v: 'd' }],
    ['an empty default if it is asked for', { regex: 'q', default_empty_value: 'true' }, { v: 'old' }, { v: '' }],
    ['a malformed pattern keeps the default', { regex: '(', default: 'd' }, { v: 'old' }, { v: 'd' }],
    [
      'a group without a part is null',
      { regex: '(id="1")(q)?', template: '$2$' },
      { v_g2: 'old' },
      { v: 'null', v_g: '2', v_g0: 'id="1"', v_g1: 'id="1"' },
    ],
    [
      'fewer groups than before',
      { regex: 'id' },
      { v_g: '2', v_g0: 'a', v_g1: 'b', v_g2: 'c' },
      { v: 'null', v_g: '0', v_g0: 'id' },
    ],
  ])('%s', (_, more, variables, after) => {
    expect(extract('RegexExtractor', regex(more), page, { variables })).toEqual(after);
  });

  it('takes all, and clears what more there were before', () => {
    const variables = {
      v: 'kept',
      v_matchNr: '5',
      v_4: 'a',
      v_4_g: '1',
      v_4_g0: 'a',
      v_4_g1: 'b',
      v_5: 'c',
      v_g: '0',
      v_g0: 'x',
    };
    expect(extract('RegexExtractor', regex({ regex: '(\\w)</a>', match_number: '-1' }), page, { variables })).toEqual({
      v: 'kept',
      v_matchNr: '3',
      v_1: 'x',
      v_1_g: '1',
      v_1_g0: 'x</a>',
      v_1_g1: 'x',
      v_2: 'y',
      v_2_g: '1',
      v_2_g0: 'y</a>',
      v_2_g1: 'y',
      v_3: 'z',
      v_3_g: '1',
      v_3_g0: 'z</a>',
      v_3_g1: 'z',
    });
  });

  it('takes none of all', () => {
    expect(extract('RegexExtractor', regex({ regex: 'q', match_number: '-1', default: 'd' }), page)).toEqual({
      v: 'd',
      v_matchNr: '0',
    });
  });

  it.each<[field: string, regex: string, value: string]>([
    ['false', 'id="(1)"', '1'],
    ['unescaped', '<(b)>', 'b'],
    ['true', 'X-Id: (\\d)', '7'],
    ['request_headers', 'X-Token: (\\w+)', 'abc'],
    ['URL', 'a=(\\d)', '1'],
    ['code', '(\\d+)', '200'],
    ['message', '(\\w+)', 'OK'],
  ])('looks at %s', (useHeaders, pattern, value) => {
    expect(extract('RegexExtractor', regex({ useHeaders, regex: pattern }), `${page}&lt;b&gt;`)['v']).toBe(value);
  });

  const child = (text: string, children: Sample[] = []) => aSample(text, { children });
  const family = aSample('n=1', { children: [child('n=2', [child('n=3')]), child('n=4')] });
  it.each<[scope: string, values: string]>([
    ['parent', '1'],
    ['children', '2 4 3'],
    ['all', '1 2 4 3'],
  ])('looks at %s', (scope, values) => {
    const found = extract(
      'RegexExtractor',
      regex({ regex: 'n=(\\d)', match_number: '-1', 'Sample.scope': scope }),
      family,
    );
    const count = Number(found['v_matchNr']);
    expect(Array.from({ length: count }, (_, index) => found[`v_${index + 1}`]).join(' ')).toBe(values);
    expect(
      extract(
        'RegexExtractor',
        regex({ regex: 'n=(\\d)', match_number: String(count), 'Sample.scope': scope }),
        family,
      )['v'],
    ).toBe(values.at(-1));
  });

  it('looks at a variable', () => {
    const properties = regex({ 'Sample.scope': 'variable', 'Scope.variable': 'from', default: 'd' });
    expect(extract('RegexExtractor', properties, '', { variables: { from: page } })['v']).toBe('1');
    expect(extract('RegexExtractor', properties, page)['v']).toBe('d');
  });

  it('gives up a pattern that takes too long, and says so', () => {
    const run = aRun();
    const user = aUser({}, run);
    const support = extractors['RegexExtractor'];
    if (support?.role !== 'after') throw new Error();
    const properties = {
      'RegexExtractor.refname': 'v',
      'RegexExtractor.regex': '(?=(a+)+$)(a+)+b',
      'RegexExtractor.default': 'd',
    };
    compiledAfter(support, anElement('RegexExtractor', properties)).run(user, aSample('a'.repeat(5000)));
    expect(user.variables.get('v')).toBe('d');
    expect(run.notes.join()).toContain('was given up');
  });

  it('refuses what it can’t look at', () => {
    expect(refusals('RegexExtractor', regex({ useHeaders: 'as_document' }))).toEqual([
      'the answer read as a document (Tika)',
    ]);
    expect(refusals('RegexExtractor', regex({ 'Sample.scope': 'cousins' }))).toEqual(['the scope "cousins"']);
    expect(refusals('RegexExtractor', regex())).toEqual([]);
  });
});

describe('the boundary extractor', () => {
  const boundary = (more: Properties = {}): Properties => ({
    refname: 'v',
    lboundary: 'id="',
    rboundary: '"',
    match_number: '1',
    ...more,
  });
  it.each<
    [why: string, more: Properties, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>]
  >([
    ['the first', {}, {}, { v: '1' }],
    ['by number', { match_number: '2' }, {}, { v: '2' }],
    ['at random', { match_number: '0' }, {}, { v: '2' }],
    [
      'all',
      { match_number: '-1' },
      { v_matchNr: '5', v_4: 'a', v_5: 'b' },
      { v_matchNr: '3', v_1: '1', v_2: '2', v_3: '3' },
    ],
    ['not so many', { match_number: '4', default: 'd' }, { v: 'old' }, { v: 'd' }],
    ['a blank default keeps what was', { match_number: '4', default: ' ' }, { v: 'old' }, { v: 'old' }],
    ['an empty default', { match_number: '4', default_empty_value: 'true' }, { v: 'old' }, { v: '' }],
    ['no left one', { lboundary: '' }, {}, { v: '<a id=' }],
    ['no right one', { rboundary: '', lboundary: 'id="3"' }, {}, { v: '>z</a>' }],
    ['neither', { lboundary: '', rboundary: '' }, {}, { v: page }],
    ['the left one is not there', { lboundary: 'q', default: 'd' }, {}, { v: 'd' }],
    ['no pattern', { lboundary: '(.)', default: 'd' }, {}, { v: 'd' }],
  ])('%s', (_, more, variables, after) => {
    expect(extract('BoundaryExtractor', boundary(more), page, { variables })).toEqual(after);
  });

  it('overlaps as JMeter’s does', () => {
    const found = extract(
      'BoundaryExtractor',
      boundary({ lboundary: 'a', rboundary: 'b', match_number: '-1' }),
      'aab ab',
    );
    expect(found).toEqual({ v_matchNr: '3', v_1: 'a', v_2: '', v_3: '' });
  });
});

describe('the JSON extractor', () => {
  const json = (more: Properties = {}): Properties => ({
    referenceNames: 'v',
    jsonPathExprs: '$.a[*]',
    defaultValues: 'd',
    match_numbers: '1',
    ...more,
  });
  const answer = '{"a":["x","y",null],"b":5,"c":{"d":[1,2]}}';
  it.each<[why: string, more: Properties, text: string, after: Readonly<Record<string, string>>]>([
    ['the first', {}, answer, { v: 'x', v_matchNr: '3' }],
    ['null is the default', { match_numbers: '3' }, answer, { v: 'd', v_matchNr: '3' }],
    ['not so many', { match_numbers: '4' }, answer, { v: 'd', v_matchNr: '3' }],
    ['a blank number is random', { match_numbers: '' }, answer, { v: 'y' }],
    ['all', { match_numbers: '-1' }, answer, { v_matchNr: '3', v_1: 'x', v_2: 'y', v_3: 'd' }],
    [
      'all, together',
      { match_numbers: '-1', compute_concat: 'true' },
      answer,
      { v_matchNr: '3', v_1: 'x', v_2: 'y', v_3: 'd', v_ALL: 'x,y,d' },
    ],
    [
      'one, together',
      { jsonPathExprs: '$.b', match_numbers: '-1', compute_concat: 'true' },
      answer,
      { v_matchNr: '1', v_1: '5', v_ALL: '5' },
    ],
    ['one, whatever its number', { jsonPathExprs: '$.b', match_numbers: '7' }, answer, { v: '5', v_matchNr: '1' }],
    ['nothing', { jsonPathExprs: '$.q' }, answer, { v: 'd', v_matchNr: '0' }],
    [
      'nothing, together',
      { jsonPathExprs: '$.q', match_numbers: '-1', compute_concat: 'true' },
      answer,
      { v: 'd', v_matchNr: '0', v_ALL: '' },
    ],
    ['no JSON', {}, '<html>', { v: 'd', v_matchNr: '0' }],
    ['no answer', {}, ' ', { v: 'd' }],
    ['an object', { jsonPathExprs: '$.c' }, answer, { v: '{"d":[1,2]}', v_matchNr: '1' }],
    ['a function fails in JMeter', { jsonPathExprs: '$.a.length()' }, answer, { v: 'd' }],
    [
      'lists',
      { referenceNames: 'v;w ', jsonPathExprs: '$.b; $.c.d[1]', defaultValues: 'd;e', match_numbers: '0;1' },
      answer,
      { v: '5', w: '2', w_matchNr: '1' },
    ],
    [
      'lists with fewer numbers',
      { referenceNames: 'v;w', jsonPathExprs: '$.b;$.q', defaultValues: 'd;e', match_numbers: '1' },
      answer,
      { v: '5', v_matchNr: '1', w: 'e', w_matchNr: '0' },
    ],
  ])('%s', (_, more, text, after) => {
    expect(extract('JSONPostProcessor', json(more), text)).toEqual(after);
  });

  it('clears what there was', () => {
    const variables = { v_matchNr: '2', v_1: 'a', v_2: 'b', v_4: 'c' };
    expect(
      extract('JSONPostProcessor', json({ jsonPathExprs: '$.b', match_numbers: '0' }), answer, { variables }),
    ).toEqual({ v: '5', v_4: 'c' });
  });

  it('looks at a variable, and at all samples', () => {
    const properties = json({ 'Sample.scope': 'variable', 'Scope.variable': 'from' });
    expect(extract('JSONPostProcessor', properties, '', { variables: { from: answer } })['v']).toBe('x');
    const family = aSample('{"n":1}', { children: [aSample('{"n":2}')] });
    expect(
      extract('JSONPostProcessor', json({ jsonPathExprs: '$.n', match_numbers: '-1', 'Sample.scope': 'all' }), family),
    ).toEqual({ v_matchNr: '2', v_1: '1', v_2: '2' });
  });

  it('refuses what JMeter fails on, or is not understood', () => {
    expect(refusals('JSONPostProcessor', json({ referenceNames: 'a;b' }))).toEqual(['2 names, 1 paths and 1 defaults']);
    expect(
      refusals('JSONPostProcessor', json({ referenceNames: 'a;b', jsonPathExprs: '$.a;$.b', defaultValues: 'x;' })),
    ).toHaveLength(1);
    expect(refusals('JSONPostProcessor', json({ match_numbers: 'x' }))).toEqual(['the match numbers "x"']);
    expect(refusals('JSONPostProcessor', json({ jsonPathExprs: '$.a[(@.length-1)]' }))).toHaveLength(1);
    expect(refusals('JSONPostProcessor', json({ jsonPathExprs: '$.${x}' }))).toEqual([]);
    expect(refusals('JSONPostProcessor', json())).toEqual([]);
  });
});

describe('the CSS selector extractor', () => {
  const html =
    "<html><body><div id=m class='c d'><p>One <b>two</b>three</p><p>four</p><a href='/x?a=1&amp;b=2' data-k=v>L &amp; M</a><ul><li>1<li>2<li>3</ul><input name=t value=tok><br>x</div><table><tr><td>A</td><td>B</td></tr></table><script>var a='<p>';</script></body></html>";
  const css = (more: Properties = {}): Properties => ({ refname: 'v', expr: 'p', match_number: '-1', ...more });
  const values = (expr: string, attribute = '') => {
    const found = extract('HtmlExtractor', css({ expr, attribute }), html);
    return Array.from({ length: Number(found['v_matchNr']) }, (_, index) => found[`v_${index + 1}`]);
  };
  /** What jsoup 1.17.1 said. */
  it.each<[selector: string, attribute: string, values: readonly string[]]>([
    ['p', '', ['One twothree', 'four']],
    ['div#m', '', ['One twothree four L & M 1 2 3 x']],
    ['div.c.d > p', '', ['One twothree', 'four']],
    ['li:eq(1)', '', ['2']],
    ['li:lt(2)', '', ['1', '2']],
    ['li:gt(0)', '', ['2', '3']],
    ['li:nth-child(2)', '', ['2']],
    ['p:contains(FOUR)', '', ['four']],
    ['td', '', ['A', 'B']],
    ['script', '', ['']],
    ['input[name=t]', '', ['']],
    ['a[href^=/x]', '', ['L & M']],
    ['li:last-child', '', ['3']],
    ['p, li', '', ['One twothree', 'four', '1', '2', '3']],
    ['p:has(b)', '', ['One twothree']],
    ['p:not(:has(b))', '', ['four']],
    ['p + p', '', ['four']],
    ['p ~ ul', '', ['1 2 3']],
    ['P', '', ['One twothree', 'four']],
    ['nope', '', []],
    ['li:first-of-type', '', ['1']],
    ['a[href!=q]', '', ['L & M']],
    ['a', 'href', ['/x?a=1&b=2']],
    ['a', 'data-k', ['v']],
    ['A', 'HREF', ['/x?a=1&b=2']],
    ['input', 'value', ['tok']],
    ['a', 'nope', ['']],
  ])('%s %s', (selector, attribute, found) => {
    expect(values(selector, attribute)).toEqual(found);
  });

  it('takes one, the default, or what was', () => {
    expect(extract('HtmlExtractor', css({ match_number: '2' }), html)).toEqual({ v: 'four' });
    expect(extract('HtmlExtractor', css({ match_number: '0' }), html)).toEqual({ v: 'four' });
    expect(
      extract('HtmlExtractor', css({ match_number: '9', default: 'd' }), html, { variables: { v: 'old' } }),
    ).toEqual({ v: 'd' });
    expect(
      extract('HtmlExtractor', css({ match_number: '9' }), html, { variables: { v: 'old', v_matchNr: '1', v_1: 'x' } }),
    ).toEqual({ v: 'old' });
    expect(
      extract('HtmlExtractor', css({ 'Sample.scope': 'variable', 'Scope.variable': 'x' }), '', {
        variables: { x: html },
      })['v_matchNr'],
    ).toBe('2');
  });

  it('refuses selectors and attributes that are not known', () => {
    for (const expr of ['p[', 'a:matchesOwn(L)', '[^data-]', 'a[href~=x+]', 'p:foo'])
      expect(refusals('HtmlExtractor', css({ expr }))).toHaveLength(1);
    expect(refusals('HtmlExtractor', css({ attribute: 'abs:href' }))).toHaveLength(1);
    expect(refusals('HtmlExtractor', css({ extractor_impl: 'JODD' }))).toHaveLength(1);
    expect(refusals('HtmlExtractor', css({ extractor_impl: 'JSOUP' }))).toEqual([]);
  });
});

const xml = '<?xml version="1.0"?><r><i id="1">a</i><i id="2"><b>x</b>y</i><i id="3"/><n>12</n><t> s p </t></r>';
const spaces = '<a:r xmlns:a="urn:a" xmlns="urn:d"><a:i>1</a:i><j>2</j></a:r>';

/** What JMeter 5.6.3's XPathUtil (Xalan, Saxon, JTidy) said. */
describe('the XPath extractors', () => {
  const all = (kind: string, query: string, text: string, more: Properties = {}) => {
    const found = extract(kind, { refname: 'v', xpathQuery: query, matchNumber: '-1', ...more }, text);
    return Array.from({ length: Number(found['v_matchNr']) }, (_, index) => found[`v_${index + 1}`] ?? null);
  };
  it.each<[query: string, first: readonly (string | null)[], second: readonly (string | null)[]]>([
    ['//i', ['a', null, null], ['a', 'xy', '']],
    ['//i/@id', ['1', '2', '3'], ['1', '2', '3']],
    ['//i[1]', ['a'], ['a']],
    ["/r/i[@id='2']", [null], ['xy']],
    ['count(//i)', ['3'], ['3']],
    ['string(//n)', ['12'], ['12']],
    ['//n/text()', ['12'], ['12']],
    ['//n > 5', ['true'], ['true']],
    ['//nope', [], []],
    ["concat('a',//n)", ['a12'], ['a12']],
    ['//t', [' s p '], [' s p ']],
    ['/', [null], ['axy12 s p ']],
    ['sum(//n)', ['12'], ['12']],
    ['//i/b', ['x'], ['x']],
  ])('%s', (query, first, second) => {
    expect(all('XPathExtractor', query, xml)).toEqual(first);
    expect(all('XPath2Extractor', query, xml)).toEqual(second);
  });

  it.each<[query: string, text: string, more: Properties, found: readonly (string | null)[]]>([
    ['//i', xml, { fragment: 'true' }, ['<i id="1">a</i>', '<i id="2"><b>x</b>y</i>', '<i id="3"/>']],
    ['//j', spaces, {}, ['2']],
    ['//j', spaces, { namespace: 'true' }, []],
    ['//a:i', spaces, { namespace: 'true' }, ['1']],
    ["//*[local-name()='i']", spaces, { namespace: 'true' }, ['1']],
    ['name(/*)', spaces, {}, ['a:r']],
    ['//p', '<html><body><p class=a>hi<p>ho<br>x</body>', { tolerant: 'true' }, ['hi', 'ho']],
    ['//p/@class', '<html><body><p class=a>hi<p>ho<br>x</body>', { tolerant: 'true' }, ['a']],
    ['//p/text()', '<p>hi', { tolerant: 'true' }, ['hi']],
    ['//td', '<title>T &amp; U</title><table><tr><td>1<td>2</table>', { tolerant: 'true' }, ['1', '2']],
    ['/html/head/title', '<title>T &amp; U</title><table><tr><td>1<td>2</table>', { tolerant: 'true' }, ['T & U']],
    ['//a/@href', "<A HREF='x'>y</A>", { tolerant: 'true' }, ['x']],
    ['//table/tr/td', '<table><tr>\n <td>\n 1 </td></tr></table>', { tolerant: 'true' }, ['1']],
    [
      '/html/body/p',
      '<!DOCTYPE html><html><head><title>x</title></head>\n<body lang=en>\n<p>a',
      { tolerant: 'true' },
      ['a'],
    ],
    ['/a/b', '<?xml version="1.0"?><a><b>1</a>', { tolerant: 'true' }, ['1']],
    ['//a', '<a>1<![CDATA[<2>]]>3</a>', {}, ['1']],
    ['//a', '<a><!-- c -->t</a>', {}, [' c ']],
  ])('%s on %s', (query, text, more, found) => {
    expect(all('XPathExtractor', query, text, more)).toEqual(found);
  });

  it.each<[query: string, namespaces: string, found: readonly (string | null)[]]>([
    ['//z:i', 'z=urn:a', ['1']],
    ['//z:i', 'y=urn:b\nz=urn:a\n', ['1']],
    ['//j', '', []],
  ])('%s in %j', (query, namespaces, found) => {
    expect(all('XPath2Extractor', query, spaces, { namespaces })).toEqual(found);
  });

  it('takes one by number, and the default', () => {
    const base = { refname: 'v', xpathQuery: '//i/@id', default: 'd' };
    expect(extract('XPathExtractor', { ...base, matchNumber: '2' }, xml)).toEqual({ v: '2', v_matchNr: '1', v_1: '2' });
    expect(extract('XPathExtractor', { ...base, matchNumber: '9' }, xml)).toEqual({ v: 'd', v_matchNr: '0' });
    expect(extract('XPathExtractor', { ...base, matchNumber: '0' }, xml)).toEqual({ v: '2', v_matchNr: '1', v_1: '2' });
    expect(extract('XPathExtractor', base, xml)['v_matchNr']).toBe('3');
    expect(extract('XPath2Extractor', base, xml)).toEqual({ v: '2', v_matchNr: '1', v_1: '2' });
    const variables = { v_matchNr: '4', v_1: 'a', v_2: 'b', v_3: 'c', v_4: 'd' };
    expect(extract('XPathExtractor', { ...base, matchNumber: '1' }, xml, { variables })).toEqual({
      v: '1',
      v_matchNr: '1',
      v_1: '1',
    });
  });

  it('says among the assertions what is no XML, and the sample stays as it was', () => {
    for (const [kind, query] of [
      ['XPathExtractor', '//a'],
      ['XPath2Extractor', '//a'],
      ['XPathExtractor', '//q:a'],
    ] as const) {
      const sample = aSample(query === '//a' ? 'not xml' : xml);
      const found = extract(kind, { refname: 'v', xpathQuery: query, default: 'd' }, sample);
      expect([found, sample.success, sample.assertions.length]).toEqual([{ v: 'd', v_matchNr: '0' }, true, 1]);
      expect(sample.assertions[0]).toMatchObject({ name: 'Look', failure: true, error: false });
    }
  });

  it('expands no entities', () => {
    const sample = aSample('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>');
    expect(extract('XPathExtractor', { refname: 'v', xpathQuery: '//a', default: 'd' }, sample)['v']).toBe('d');
  });

  it('refuses what is not XPath 1.0', () => {
    for (const xpathQuery of ["lower-case('A')", '//i[', 'for $x in //i return $x', '//*:j', 'matches(//i, "a")'])
      expect(refusals('XPath2Extractor', { xpathQuery })).toHaveLength(1);
    expect(refusals('XPath2Extractor', { xpathQuery: "//a[contains(., 'f(x)')]/ancestor-or-self::node()" })).toEqual(
      [],
    );
    expect(refusals('XPathExtractor', { xpathQuery: '//a', tolerant: 'true', report_errors: 'true' })).toHaveLength(1);
    expect(refusals('XPathExtractor', { xpathQuery: '//a', download_dtds: 'true' })).toHaveLength(1);
  });
});

describe('whatever is answered', () => {
  const markup = fc
    .array(
      fc.constantFrom(
        '<a>',
        '</a>',
        '<p class="x">',
        '</p>',
        '<',
        '>',
        '&amp;',
        '&x;',
        'text',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<br/>',
        '<td>',
        '{"a":',
        '[1,2]',
        '}',
        '"',
        '=',
        '\u0000',
        '<?xml version="1.0"?>',
        '<a:b xmlns:a="u">',
        '<1>',
        "<x y='z' y='w'>",
      ),
      { maxLength: 30 },
    )
    .map((pieces) => pieces.join(''));
  const all: readonly (readonly [string, Properties])[] = [
    ['RegexExtractor', regex({ match_number: '-1' })],
    ['JSONPostProcessor', { referenceNames: 'v', jsonPathExprs: '$..a', defaultValues: 'd' }],
    ['HtmlExtractor', { refname: 'v', expr: 'p > a, .x', match_number: '-1' }],
    ['XPathExtractor', { refname: 'v', xpathQuery: '//p | //a', tolerant: 'true' }],
    ['XPathExtractor', { refname: 'v', xpathQuery: '//p | //a' }],
    ['XPath2Extractor', { refname: 'v', xpathQuery: '//p | //a' }],
    ['BoundaryExtractor', { refname: 'v', lboundary: '<', rboundary: '>', match_number: '-1' }],
  ];

  it('extractors end and throw nothing', () => {
    fc.assert(
      fc.property(fc.oneof(markup, fc.string()), (text) => {
        for (const [kind, properties] of all) extract(kind, properties, text);
      }),
      { numRuns: 400 },
    );
  });

  it('is looked at for a bounded time, however deep it is', () => {
    const begun = performance.now();
    for (const text of [
      '<a>'.repeat(20_000),
      `${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`,
      '{"a":'.repeat(20_000),
      '['.repeat(20_000),
    ])
      for (const [kind, properties] of all) extract(kind, properties, text);
    expect(performance.now() - begun).toBeLessThan(15_000);
  });
});
