import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertions } from '../../../src/load/assert/catalogue.ts';
import type { Property } from '../../../src/load/jmx/element.ts';
import type { AssertionResult, Sample } from '../../../src/load/sample.ts';
import { anElement, aSample, compiledAssertion } from '../rig/elements.ts';
import { aUser, type Given } from '../rig/text-user.ts';

type Properties = Readonly<Record<string, Property>>;

function supportOf(kind: string) {
  const support = assertions[kind];
  if (support?.role !== 'assertion') throw new Error(kind);
  return support;
}

function check(
  kind: string,
  properties: Properties,
  sample: Sample | string,
  given: Given = {},
): AssertionResult | undefined {
  const looked = typeof sample === 'string' ? aSample(sample) : sample;
  return compiledAssertion(supportOf(kind), anElement(kind, properties)).check(aUser(given), looked);
}

const refusals = (kind: string, properties: Properties) =>
  (supportOf(kind).inspect?.(anElement(kind, properties)) ?? []).map(({ what }) => what);
const message = (result: AssertionResult | undefined) => result?.message;

function response(patterns: readonly string[], type: number | undefined, more: Properties = {}): Properties {
  return {
    'Asserion.test_strings': patterns.map((value, index) => ({ name: String(index), value })),
    'Assertion.test_field': 'Assertion.response_data',
    ...(type === undefined ? {} : { 'Assertion.test_type': String(type) }),
    ...more,
  };
}

/** What JMeter 5.6.3's ResponseAssertion said; undefined where it holds. */
describe('the response assertion', () => {
  const [x300, y300] = ['x'.repeat(300), 'y'.repeat(300)];
  const [x100, y100] = [`...${'x'.repeat(100)}`, `${'y'.repeat(100)}...`];
  it.each<[type: number | undefined, patterns: readonly string[], text: string, said: string | undefined]>([
    [2, ['x'], 'abc', 'Test failed: text expected to contain /x/'],
    [undefined, ['^a.c$'], 'abc', undefined],
    [undefined, ['x'], 'abc', 'Test failed: text expected to contain /x/'],
    [2, ['a', 'b'], 'abc', undefined],
    [2, ['a', 'q', 'r'], 'abc', 'Test failed: text expected to contain /q/'],
    [2, ['a.b'], 'a\nb', 'Test failed: text expected to contain /a.b/'],
    [6, ['a'], 'abc', 'Test failed: text expected not to contain /a/'],
    [6, ['q'], 'abc', undefined],
    [16, ['x'], 'abc', 'Test failed: text expected to contain /x/'],
    [16, ['a.c'], 'abc', 'Test failed: text expected to contain /a.c/'],
    [16, ['bc'], 'abc', undefined],
    [20, ['b'], 'abc', 'Test failed: text expected not to contain /b/'],
    [1, ['x'], 'abc', 'Test failed: text expected to match /x/'],
    [1, ['a'], 'abc', 'Test failed: text expected to match /a/'],
    [1, ['a.*'], 'abc', undefined],
    [1, ['a|abc'], 'abc', 'Test failed: text expected to match /a|abc/'],
    [5, ['abc'], 'abc', 'Test failed: text expected not to match /abc/'],
    [8, ['abc'], 'abc', undefined],
    [
      8,
      ['abXdefgh'],
      'abcdefgh',
      'Test failed: text expected to equal /\n\n****** received  : ab[[[c]]]defgh\n\n****** comparison: ab[[[X]]]defgh\n\n/',
    ],
    [
      8,
      ['abcd'],
      'abc',
      'Test failed: text expected to equal /\n\n****** received  : abc[[[ ]]]\n\n****** comparison: abc[[[d]]]\n\n/',
    ],
    [
      8,
      [`${x300}BC${y300}`],
      `${x300}A${y300}`,
      `Test failed: text expected to equal /\n\n****** received  : ${x100}[[[A ]]]${y100}\n\n****** comparison: ${x100}[[[BC]]]${y100}\n\n/`,
    ],
    [
      12,
      ['same'],
      'same',
      'Test failed: text expected not to equal /\n\n****** received  : same[[[]]]\n\n****** comparison: same[[[]]]\n\n/',
    ],
    [34, ['x'], 'abc', 'Test failed: text expected something using /x/\t'],
    [
      34,
      ['x', 'y'],
      'abc',
      'Test failed: text expected something using /x/\tTest failed: text expected something using /y/\t',
    ],
    [34, ['x', 'b'], 'abc', undefined],
    [38, ['a'], 'abc', 'Test failed: text expected something using /a/\t'],
    [38, ['a', 'q'], 'abc', undefined],
    [48, ['y'], 'abc', 'Test failed: text expected something using /y/\t'],
    [
      40,
      ['x'],
      'abc',
      'Test failed: text expected something using /\n\n****** received  : [[[abc]]]\n\n****** comparison: [[[x  ]]]\n\n/\t',
    ],
    [0, ['x'], 'abc', 'Test failed: text expected something using /x/'],
    [2, ['x'], '', 'Response was null'],
    [8, [''], '', 'Response was null'],
    [6, ['x'], '', undefined],
    [2, [], 'abc', undefined],
    [34, [], 'abc', '\t'],
  ])('type %s, %j on %j', (type, patterns, text, said) => {
    const result = check('ResponseAssertion', response(patterns, type), text);
    expect(message(result)).toBe(said);
    if (result !== undefined) expect(result).toMatchObject({ name: 'Look', failure: true, error: false });
  });

  it.each<[field: string, pattern: string, called: string]>([
    ['Assertion.response_code', '200', 'code'],
    ['Assertion.response_message', 'OK', 'message'],
    ['Assertion.response_headers', 'X-Id: 7', 'headers'],
    ['Assertion.request_headers', 'X-Token', 'request headers'],
    ['Assertion.sample_label', 'http://site/path', 'URL'],
    ['', 'http://site/path', 'URL'],
  ])('looks at %s', (field, pattern, called) => {
    const more = { 'Assertion.test_field': field };
    expect(check('ResponseAssertion', response([pattern], 2, more), 'abc')).toBeUndefined();
    expect(message(check('ResponseAssertion', response(['q!'], 2, more), 'abc'))).toBe(
      `Test failed: ${called} expected to contain /q!/`,
    );
  });

  it('looks at a variable', () => {
    const more = { 'Assertion.scope': 'variable', 'Scope.variable': 'v' };
    expect(check('ResponseAssertion', response(['b'], 2, more), '', { variables: { v: 'abc' } })).toBeUndefined();
    expect(message(check('ResponseAssertion', response(['q'], 2, more), '', { variables: { v: 'abc' } }))).toBe(
      'Test failed: variable(v) expected to contain /q/',
    );
    expect(message(check('ResponseAssertion', response(['q'], 2, more), 'q'))).toBe('Response was null');
  });

  it('evaluates its patterns and says its own message', () => {
    const properties = response(['id=${id}'], 16, { 'Assertion.custom_message': 'no ${id}' });
    expect(message(check('ResponseAssertion', properties, 'id=2', { variables: { id: '1' } }))).toBe('no 1');
    expect(check('ResponseAssertion', properties, 'id=1', { variables: { id: '1' } })).toBeUndefined();
    expect(message(check('ResponseAssertion', response(['q'], 34, { 'Assertion.custom_message': 'mine' }), 'a'))).toBe(
      'mine',
    );
  });

  it('takes a failed sample for a success first, where it should', () => {
    const sample = aSample('gone', { code: '404', success: false });
    expect(
      check(
        'ResponseAssertion',
        response(['404'], 8, { 'Assertion.test_field': 'Assertion.response_code', 'Assertion.assume_success': 'true' }),
        sample,
      ),
    ).toBeUndefined();
    expect(sample.success).toBe(true);
    const other = aSample('gone', { code: '404', success: false });
    check('ResponseAssertion', response(['404'], 8), other);
    expect(other.success).toBe(false);
  });

  it('is in error where a pattern is malformed or takes too long', () => {
    expect(check('ResponseAssertion', response(['('], 2), 'abc')).toEqual({
      name: 'Look',
      failure: false,
      error: true,
      message:
        'Bad test configuration org.apache.oro.text.MalformedCachePatternException: Invalid expression: (\nUnmatched parentheses.',
    });
    const slow = check('ResponseAssertion', response(['(?=(a+)+$)(a+)+b'], 2), 'a'.repeat(5000));
    expect(slow).toMatchObject({ failure: false, error: true });
    expect(message(slow)).toContain('was given up');
  });

  it('refuses what it can’t look at', () => {
    expect(
      refusals(
        'ResponseAssertion',
        response(['x'], 2, { 'Assertion.test_field': 'Assertion.response_data_as_document' }),
      ),
    ).toHaveLength(1);
    expect(
      refusals('ResponseAssertion', response(['x'], 2, { 'Assertion.test_field': 'Assertion.request_data' })),
    ).toHaveLength(1);
    expect(refusals('ResponseAssertion', response(['x'], 2))).toEqual([]);
  });
});

describe('an assertion of samples that belong to another', () => {
  const family = () =>
    aSample('good', { children: [aSample('good'), aSample('bad', { children: [aSample('good')] })] });
  it.each<[scope: string, said: string | undefined, childFailures: readonly string[]]>([
    ['parent', undefined, ['', '']],
    ['children', 'One or more sub-samples failed', ['', 'Test failed: text expected to contain /good/']],
    ['all', 'One or more sub-samples failed', ['', 'Test failed: text expected to contain /good/']],
  ])('%s', (scope, said, childFailures) => {
    const sample = family();
    expect(message(check('ResponseAssertion', response(['good'], 16, { 'Assertion.scope': scope }), sample))).toBe(
      said,
    );
    expect(sample.children.map(({ failure }) => failure)).toEqual(childFailures);
    expect(sample.children.map(({ success }) => success)).toEqual(childFailures.map((failure) => failure === ''));
  });

  it('looks at all of them though the sample itself fails', () => {
    const sample = aSample('bad', { children: [aSample('bad')] });
    expect(message(check('ResponseAssertion', response(['good'], 16, { 'Assertion.scope': 'all' }), sample))).toBe(
      'Test failed: text expected to contain /good/',
    );
    expect(sample.children[0]?.success).toBe(false);
  });
});

describe('durations and sizes', () => {
  it.each<[elapsed: number, allowed: string, said: string | undefined]>([
    [100, '100', undefined],
    [100.4, '100', undefined],
    [
      1234.6,
      '100',
      'The operation lasted too long: It took 1,235 milliseconds, but should not have lasted longer than 100 milliseconds.',
    ],
    [5000, '0', undefined],
    [5000, '', undefined],
    [
      5000,
      '${max}',
      'The operation lasted too long: It took 5,000 milliseconds, but should not have lasted longer than 2,000 milliseconds.',
    ],
  ])('%s ms of %s', (elapsed, allowed, said) => {
    expect(
      message(
        check('DurationAssertion', { 'DurationAssertion.duration': allowed }, aSample('', { elapsed }), {
          variables: { max: '2000' },
        }),
      ),
    ).toBe(said);
  });

  const headers = 'HTTP/1.1 200 OK\n'; // 19 bytes as it came
  it.each<[field: string, operator: string, size: string, said: string | undefined]>([
    ['SizeAssertion.response_network_size', '1', '1019', undefined],
    [
      'SizeAssertion.response_network_size',
      '1',
      '5',
      'The result was the wrong size: It was 1,019 bytes, but should have been equal to 5 bytes.',
    ],
    [
      '',
      '2',
      '1019',
      'The result was the wrong size: It was 1,019 bytes, but should have not been equal to 1,019 bytes.',
    ],
    ['SizeAssertion.response_headers', '1', '19', undefined],
    ['SizeAssertion.response_data', '3', '999', undefined],
    [
      'SizeAssertion.response_data',
      '3',
      '1000',
      'The result was the wrong size: It was 1,000 bytes, but should have been greater than 1,000 bytes.',
    ],
    [
      'SizeAssertion.response_data',
      '4',
      '1000',
      'The result was the wrong size: It was 1,000 bytes, but should have been less than 1,000 bytes.',
    ],
    ['SizeAssertion.response_data', '5', '1000', undefined],
    [
      'SizeAssertion.response_data',
      '6',
      '999',
      'The result was the wrong size: It was 1,000 bytes, but should have been less than or equal to 999 bytes.',
    ],
    ['SizeAssertion.response_code', '1', '3', undefined],
    ['SizeAssertion.response_message', '1', '2', undefined],
    [
      'SizeAssertion.response_code',
      '9',
      '3',
      'The result was the wrong size: It was 3 bytes, but should have ERROR - invalid condition 3 bytes.',
    ],
  ])('%s, operator %s, %s', (field, operator, size, said) => {
    const properties = {
      'Assertion.test_field': field,
      'SizeAssertion.operator': operator,
      'SizeAssertion.size': size,
    };
    expect(message(check('SizeAssertion', properties, aSample('z'.repeat(1000), {}, headers)))).toBe(said);
  });

  it('takes the size of a variable as a number', () => {
    const properties = {
      'Assertion.scope': 'variable',
      'Scope.variable': 'v',
      'SizeAssertion.operator': '1',
      'SizeAssertion.size': '5',
    };
    expect(check('SizeAssertion', properties, '', { variables: { v: '5' } })).toBeUndefined();
    expect(message(check('SizeAssertion', properties, '', { variables: { v: 'x' } }))).toBe(
      'Error parsing variable name: v value: x',
    );
    expect(refusals('SizeAssertion', { 'SizeAssertion.size': 'x' })).toHaveLength(1);
  });

  it('compares MD5 sums', () => {
    const sum = createHash('md5').update('abc').digest('hex');
    expect(check('MD5HexAssertion', { 'MD5HexAssertion.size': sum.toUpperCase() }, 'abc')).toBeUndefined();
    expect(message(check('MD5HexAssertion', { 'MD5HexAssertion.size': 'x' }, 'abc'))).toBe(
      `Error asserting MD5 sum : got ${sum} but should have been x`,
    );
    expect(message(check('MD5HexAssertion', { 'MD5HexAssertion.size': '' }, 'abc'))).toBe(
      'MD5Hex to test against is empty',
    );
    expect(message(check('MD5HexAssertion', { 'MD5HexAssertion.size': sum }, ''))).toBe('Response was null');
  });
});

/** What JMeter 5.6.3's JSONPathAssertion said. */
describe('the JSON assertion', () => {
  const answer = '{"a":1,"b":"x","c":[1,2],"d":null,"e":2.50,"f":{"g":"h/i"},"h":[],"i":1e10}';
  const noObject = (name: string, at: string, found: string) =>
    `Expected to find an object with property ['${name}'] in path ${at} but found '${found}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'.`;
  const asked = (path: string, expected: string, flags: string): Properties => ({
    JSON_PATH: path,
    EXPECTED_VALUE: expected,
    JSONVALIDATION: String(flags.includes('v')),
    EXPECT_NULL: String(flags.includes('n')),
    INVERT: String(flags.includes('i')),
    ISREGEX: String(flags.includes('r')),
  });
  it.each<[path: string, expected: string, flags: string, said: string | undefined]>([
    ['$.a', '', 'r', undefined],
    ['$.nope', '', 'r', "No results for path: $['nope']"],
    [
      '$..nope',
      '',
      'r',
      "JSONPath '$..nope' is indefinite and the extracted Value is an empty Array. Please use an assertion value, to be sure to get a correct result. Expected value was ''",
    ],
    ['$.nope', '', 'ri', undefined],
    ['$.a', '', 'ri', 'Failed that JSONPath not exists: $.a'],
    ['$.a', '1', 'vr', undefined],
    ['$.a', '2', 'vr', "Value in json path '$.a' expected to match regexp '2', but it did not match: '1'"],
    ['$.a', '2', 'v', "Value in json path '$.a' expected to be '2', but found '1'"],
    ['$.b', 'x', 'v', undefined],
    ['$.b', '"x"', 'v', undefined],
    ['$.b', 'x.*', 'vr', undefined],
    ['$.c', '[1,2]', 'v', undefined],
    ['$.c', '2', 'vr', undefined],
    ['$.c[*]', '2', 'v', undefined],
    ['$.c', '\\[1,2\\]', 'vr', undefined],
    ['$.c[?(@>1)]', '2', 'v', undefined],
    ['$.d', '', 'vnr', undefined],
    ['$.d', 'null', 'vr', undefined],
    ['$.a', '', 'vnr', "Value in json path '$.a' expected to be null, but found '1'"],
    ['$.e', '2.5', 'vr', undefined],
    ['$.e', '2.5', 'v', undefined],
    ['$.a', '1.0', 'v', "Value in json path '$.a' expected to be '1.0', but found '1'"],
    ['$.f', '{"g":"h/i"}', 'v', undefined],
    [
      '$.f',
      'x',
      'vr',
      "Value in json path '$.f' expected to match regexp 'x', but it did not match: '{\"g\":\"h\\/i\"}'",
    ],
    ['$.h', '[]', 'vr', undefined],
    ['$.h', '', 'r', undefined],
    ['$.i', 'x', 'vr', "Value in json path '$.i' expected to match regexp 'x', but it did not match: '10000000000.0'"],
    ['$.a', '1', 'vri', 'Failed that JSONPath $.a not matches 1'],
    ['$.d', '1', 'vnri', 'Failed that JSONPath $.d not matches null'],
    ['$.c.length()', '2', 'vr', undefined],
    [
      '$.b.length()',
      '1',
      'vr',
      "Value in json path '$.b.length()' expected to match regexp '1', but it did not match: 'null'",
    ],
    ['$.f.length()', '1', 'vr', undefined],
    ['$.a.b.c', 'x', 'vr', noObject('b', "$['a']", 'java.lang.Integer')],
    ['$.c.x', 'x', 'vr', noObject('x', "$['c']", 'net.minidev.json.JSONArray')],
    ['$.c[5]', 'x', 'vr', "No results for path: $['c'][5]"],
    [
      "$['a','b']",
      'x',
      'vr',
      "Value in json path '$['a','b']' expected to match regexp 'x', but it did not match: '{\"a\":1,\"b\":\"x\"}'",
    ],
    ['$.b', 'y(', 'vr', 'Invalid expression: y(\nUnmatched parentheses.'],
  ])('%s %s %s', (path, expected, flags, said) => {
    expect(message(check('JSONPathAssertion', asked(path, expected, flags), answer))).toBe(said);
  });

  it('looks at what is no JSON', () => {
    expect(message(check('JSONPathAssertion', asked('$.a', '', 'r'), ''))).toBe('Response was null');
    expect(message(check('JSONPathAssertion', asked('$.a', '', 'r'), '<html>'))).toBe(
      noObject('a', '$', 'java.lang.String'),
    );
    expect(
      check('JSONPathAssertion', { JSON_PATH: '$.a', EXPECTED_VALUE: '\\d', JSONVALIDATION: 'true' }, '{"a":7}'),
    ).toBeUndefined();
  });

  it('refuses what is not understood', () => {
    expect(refusals('JSONPathAssertion', asked('$[', '', ''))).toHaveLength(1);
    expect(refusals('JSONPathAssertion', asked('$.c.sum()', '', ''))).toHaveLength(1);
    expect(refusals('JSONPathAssertion', asked('$..c.length()', '', ''))).toHaveLength(1);
    expect(refusals('JSONPathAssertion', asked('$.c.length()', '', ''))).toEqual([]);
  });
});

const xml = '<?xml version="1.0"?><r><i id="1">a</i><i id="2"><b>x</b>y</i><i id="3"/><n>12</n></r>';

/** What JMeter 5.6.3's XPathUtil said. */
describe('assertions of XML', () => {
  it.each<[path: string, negated: boolean, first: string | undefined, second: string | undefined]>([
    ['//i', false, undefined, undefined],
    ['//nope', false, 'No Nodes Matched //nope', 'No Nodes Matched for //nope'],
    ['count(//i)=3', false, undefined, undefined],
    ['count(//i)=4', false, 'No Nodes Matched for count(//i)=4', 'No Nodes Matched for count(//i)=4'],
    ['count(//i)', false, 'Cannot understand: count(//i)', undefined],
    ['string(//n)', false, 'Cannot understand: string(//n)', undefined],
    ['//i', true, 'Specified XPath was found... Turn off negate if this is not desired', 'Nodes Matched for //i'],
    ['//nope', true, undefined, undefined],
    ['count(//i)=3', true, 'Nodes Matched for count(//i)=3', 'Nodes Matched for count(//i)=3'],
    ['count(//i)=4', true, undefined, undefined],
    ['count(//i)', true, 'Cannot understand: count(//i)', 'Nodes Matched for count(//i)'],
  ])('%s, negated: %s', (path, negated, first, second) => {
    const properties = { 'XPath.xpath': path, 'XPath.negate': String(negated) };
    expect(message(check('XPathAssertion', properties, xml))).toBe(first);
    expect(message(check('XPath2Assertion', properties, xml))).toBe(second);
  });

  it('tolerates HTML where it should, and is in error elsewhere', () => {
    expect(check('XPathAssertion', { 'XPath.xpath': '//p', 'XPath.tolerant': 'true' }, '<p>hi')).toBeUndefined();
    expect(check('XPathAssertion', { 'XPath.xpath': '//p' }, '<p>hi')).toMatchObject({ failure: false, error: true });
    expect(check('XPath2Assertion', { 'XPath.xpath': '//p' }, '<p>hi')).toMatchObject({ failure: false, error: true });
    expect(message(check('XPathAssertion', {}, ''))).toBe('Response was null');
    expect(check('XPathAssertion', {}, xml)).toBeUndefined();
    const more = { 'XPath.xpath': '//i', 'Assertion.scope': 'variable', 'Scope.variable': 'v' };
    expect(check('XPathAssertion', more, '', { variables: { v: xml } })).toBeUndefined();
    expect(message(check('XPath2Assertion', more, ''))).toBe('Response was null');
  });

  it('knows namespaces', () => {
    const text = '<a:r xmlns:a="urn:a"><a:i/></a:r>';
    expect(check('XPathAssertion', { 'XPath.xpath': '//a:i', 'XPath.namespace': 'true' }, text)).toBeUndefined();
    expect(check('XPath2Assertion', { 'XPath.xpath': '//z:i', 'XPath.namespaces': 'z=urn:a' }, text)).toBeUndefined();
  });

  it('refuses what it can’t do', () => {
    expect(refusals('XPathAssertion', { 'XPath.validate': 'true' })).toHaveLength(1);
    expect(refusals('XPath2Assertion', { 'XPath.xpath': 'matches(//i, "a")' })).toHaveLength(1);
    expect(refusals('XPathAssertion', { 'XPath.xpath': '//i' })).toEqual([]);
  });

  it('asks for well-formedness', () => {
    expect(check('XMLAssertion', {}, xml)).toBeUndefined();
    for (const text of ['<a>', '<a></b>', '<a>&x;</a>', 'text', '<!DOCTYPE a><a/>', '<a/><b/>', '<a>'.repeat(100_000)])
      expect(check('XMLAssertion', {}, text)).toMatchObject({ failure: true, error: true });
    expect(message(check('XMLAssertion', {}, ''))).toBe('Response was null');
  });
});

it('assertions end and throw nothing, whatever is answered', () => {
  const markup = fc
    .array(
      fc.constantFrom(
        '<a>',
        '</a>',
        '<',
        '>',
        '&amp;',
        '&x;',
        'x',
        '<![CDATA[',
        ']]>',
        '{"a":',
        '[1,2.0]',
        '}',
        '"',
        '<?xml version="1.0"?>',
        '<a:b xmlns:a="u">',
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join(''));
  const all: readonly (readonly [string, Properties])[] = [
    ['ResponseAssertion', response(['(a+)+b', 'x'], 2)],
    ['JSONPathAssertion', { JSON_PATH: '$..a', EXPECTED_VALUE: '1', JSONVALIDATION: 'true', ISREGEX: 'false' }],
    ['XPathAssertion', { 'XPath.xpath': '//a', 'XPath.tolerant': 'true' }],
    ['XPathAssertion', { 'XPath.xpath': '//a' }],
    ['XPath2Assertion', { 'XPath.xpath': '//a' }],
    ['XMLAssertion', {}],
    ['SizeAssertion', { 'SizeAssertion.size': '3', 'SizeAssertion.operator': '1' }],
  ];
  fc.assert(
    fc.property(fc.oneof(markup, fc.string()), (text) => {
      for (const [kind, properties] of all) check(kind, properties, text);
    }),
    { numRuns: 400 },
  );
});
