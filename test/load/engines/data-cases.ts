import type { Element } from '../../../src/load/jmx/element.ts';
import { assertion, element, type Given, group, headers, http, loop, regex, variables } from '../../rig/plan.ts';
import { type Case, same } from './case.ts';

const one = (...children: Element[]) => group('users', {}, ...children);

/** Who shares a file does so by its name as written, so each case has a name of its own for it. */
let names = 0;
const file = (name: string) => `${'./'.repeat(names++)}${name}`;

const csv = ({ filename = 'rows.csv', ...more }: Given & { readonly filename?: string }) =>
  element('CSVDataSet', 'TestBeanGUI', 'Rows', {
    ...{
      delimiter: ',',
      fileEncoding: 'UTF-8',
      filename: file(filename),
      ignoreFirstLine: 'false',
      quotedData: 'true',
    },
    ...{ recycle: 'true', shareMode: 'shareMode.all', stopThread: 'false', variableNames: 'a,b', ...more },
  });
const json = (names: string, paths: string, more: Given = {}) =>
  element('JSONPostProcessor', 'JSONPostProcessorGui', `JSON ${paths}`, {
    ...{ 'JSONPostProcessor.referenceNames': names, 'JSONPostProcessor.jsonPathExprs': paths },
    ...{ 'JSONPostProcessor.match_numbers': '1', 'JSONPostProcessor.defaultValues': 'NONE', ...more },
  });
const boundary = (left: string, right: string, more: Given = {}) =>
  element('BoundaryExtractor', 'BoundaryExtractorGui', 'Boundary', {
    ...{
      'BoundaryExtractor.useHeaders': 'false',
      'BoundaryExtractor.refname': 'x',
      'BoundaryExtractor.lboundary': left,
    },
    ...{
      'BoundaryExtractor.rboundary': right,
      'BoundaryExtractor.default': 'NONE',
      'BoundaryExtractor.default_empty_value': 'false',
    },
    ...{ 'BoundaryExtractor.match_number': '1', ...more },
  });
const css = (expression: string, attribute = '', number = '1') =>
  element('HtmlExtractor', 'HtmlExtractorGui', 'CSS', {
    ...{ 'HtmlExtractor.refname': 'x', 'HtmlExtractor.expr': expression, 'HtmlExtractor.attribute': attribute },
    ...{ 'HtmlExtractor.default': 'NONE', 'HtmlExtractor.match_number': number, 'HtmlExtractor.extractor_impl': '' },
  });
const xpath = (query: string, number = '1') =>
  element('XPathExtractor', 'XPathExtractorGui', 'XPath', {
    ...{
      'XPathExtractor.refname': 'x',
      'XPathExtractor.xpathQuery': query,
      'XPathExtractor.default': 'NONE',
      'XPathExtractor.matchNumber': number,
    },
    ...{ 'XPathExtractor.validate': 'false', 'XPathExtractor.tolerant': 'false', 'XPathExtractor.namespace': 'false' },
  });
const jsonAssertion = (path: string, more: Given = {}) =>
  element('JSONPathAssertion', 'JSONPathAssertionGui', 'JSON assertion', {
    ...{
      JSON_PATH: path,
      EXPECTED_VALUE: '',
      JSONVALIDATION: 'false',
      EXPECT_NULL: 'false',
      INVERT: 'false',
      ISREGEX: 'true',
      ...more,
    },
  });
const duration = (most: string) =>
  element('DurationAssertion', 'DurationAssertionGui', 'Duration', { 'DurationAssertion.duration': most });
const size = (bytes: string, operator: string, field = 'SizeAssertion.response_data') =>
  element('SizeAssertion', 'SizeAssertionGui', 'Size', {
    'Assertion.test_field': field,
    'SizeAssertion.size': bytes,
    'SizeAssertion.operator': operator,
  });

/** What it has in its body may be anything: a URL may not. */
const echo = (at: (path: string) => string, shown: string) => http(at('/echo'), { method: 'POST', body: shown });

/** The next request shows what was extracted. */
const shows = (at: (path: string) => string, from: string, extractor: Element, shown = '${x}') =>
  one(variables(['x', 'before']), http(at(from), {}, extractor), echo(at, shown));

export function dataCases(): readonly Case[] {
  const field = (name: string) => ({ 'Assertion.test_field': `Assertion.${name}` });
  const holds: readonly (readonly [number, string[], Given?, 'refused'?])[] = [
    [2, ['o.']],
    [2, ['x', 'ok']],
    [2, ['(']],
    [34, ['x', 'ok']],
    [34, ['x', 'y']],
    [6, ['x']],
    [6, ['ok']],
    [38, ['ok', 'x']],
    [38, ['ok', 'o']],
    [1, ['ok\\s']],
    [1, ['o']],
    [8, ['ok\n']],
    [8, ['ok']],
    [16, ['k']],
    [16, ['o.']],
    [20, ['z']],
    [2, []],
    [2, ['200'], field('response_code')],
    [8, ['404'], field('response_code')],
    [2, ['^OK$'], field('response_message')],
    [16, ['Content-Type'], field('response_headers')],
    [16, ['GET'], field('request_headers')],
    [16, ['/assert'], field('sample_label')],
    [2, ['ok'], field('response_data_as_document'), 'refused'],
    [2, ['a=1'], field('request_data'), 'refused'],
    [2, ['nope'], { 'Assertion.custom_message': 'said so' }],
    [2, ['nope'], { 'Assertion.scope': 'all' }],
  ];
  return [
    ...holds.map(([test, strings, more, refused], index) =>
      same(
        `assert-${index}`,
        (at) => one(http(at('/ok'), {}, assertion(test, strings, more))),
        refused && { refused: true },
      ),
    ),
    same('assert-404-is-fine', (at) =>
      one(
        http(
          at('/status/404'),
          {},
          assertion(8, ['404'], { ...field('response_code'), 'Assertion.assume_success': 'true' }),
        ),
        http(at('/status/404'), {}, assertion(8, ['404'], field('response_code'))),
      ),
    ),
    same('assert-empty', (at) =>
      one(http(at('/empty'), {}, assertion(2, ['x'])), http(at('/empty'), {}, assertion(6, ['x']))),
    ),
    same('assert-several', (at) =>
      one(
        assertion(16, ['outer one']),
        http(at('/ok'), {}, assertion(16, ['inner one']), assertion(16, ['inner two'])),
      ),
    ),
    same('assert-variable', (at) =>
      one(
        http(at('/say?text=foo'), {}, regex('v', '(.*)'), assertion(16, ['${v}'])),
        http(at('/say?text=bar'), {}, assertion(16, ['${v}'])),
      ),
    ),
    same('assert-children', (at) =>
      one(http(at('/redirect/302/1'), {}, assertion(16, ['moved'], { 'Assertion.scope': 'children' }))),
    ),
    same('duration', (at) =>
      one(
        http(at('/slow/100'), {}, duration('20')),
        http(at('/ok'), {}, duration('10000')),
        http(at('/ok'), {}, duration('')),
      ),
    ),
    same('size', (at) =>
      one(
        ...['1', '2', '3', '4', '5', '6'].map((operator) =>
          http(at('/size/10'), { name: `size ${operator}` }, size('10', operator)),
        ),
        http(at('/size/10'), {}, size('11', '1')),
        http(at('/size/10'), {}, size('100', '3', 'SizeAssertion.response_network_size')),
        http(at('/size/10'), {}, size('3', '1', 'SizeAssertion.response_code')),
      ),
    ),
    same('json-assertion', (at) =>
      one(
        ...[
          jsonAssertion('$.id'),
          jsonAssertion('$.none'),
          jsonAssertion('$.missing'),
          jsonAssertion('$.missing', { INVERT: 'true' }),
        ].map((each, index) => http(at('/json'), { name: `exists ${index}` }, each)),
        http(at('/json'), {}, jsonAssertion('$.id', { JSONVALIDATION: 'true', EXPECTED_VALUE: '7' })),
        http(at('/json'), {}, jsonAssertion('$.name', { JSONVALIDATION: 'true', EXPECTED_VALUE: 'A.*' })),
        http(
          at('/json'),
          {},
          jsonAssertion('$.name', { JSONVALIDATION: 'true', EXPECTED_VALUE: 'A.*', ISREGEX: 'false' }),
        ),
        http(at('/json'), {}, jsonAssertion('$.none', { JSONVALIDATION: 'true', EXPECT_NULL: 'true' })),
        http(
          at('/json'),
          {},
          jsonAssertion('$.tags', { JSONVALIDATION: 'true', EXPECTED_VALUE: '["a","b","c"]', ISREGEX: 'false' }),
        ),
        http(at('/ok'), {}, jsonAssertion('$.id')),
      ),
    ),
    ...['1', '2', '3', '0', '-1', '9']
      .filter((number) => number !== '0')
      .map((number) =>
        same(`regex-${number}`, (at) =>
          shows(
            at,
            '/table',
            regex('x', 'class="(\\w)">(\\d)', {
              'RegexExtractor.template': '$2$$1$',
              'RegexExtractor.match_number': number,
            }),
            '${x}|${x_g}|${x_g0}|${x_g1}|${x_g2}|${x_matchNr}|${x_1}|${x_2}|${x_2_g1}',
          ),
        ),
      ),
    same('regex-default', (at) => shows(at, '/ok', regex('x', 'nothing (like) it'))),
    same('regex-default-blank', (at) =>
      shows(at, '/ok', regex('x', 'nothing (like) it', { 'RegexExtractor.default': '' })),
    ),
    same('regex-default-empty', (at) =>
      shows(
        at,
        '/ok',
        regex('x', 'nothing (like) it', { 'RegexExtractor.default': '', 'RegexExtractor.default_empty_value': 'true' }),
      ),
    ),
    ...['true', 'request_headers', 'URL', 'code', 'message', 'unescaped', 'as_document'].map((where) =>
      same(
        `regex-of-${where}`,
        (at) => shows(at, '/json', regex('x', '([A-Za-z0-9]+)', { 'RegexExtractor.useHeaders': where })),
        where === 'as_document' ? { refused: true } : {},
      ),
    ),
    same('regex-flags', (at) => shows(at, '/say?text=a%0Ab', regex('x', '(?s)(a.b)'), '${__urlencode(${x})}')),
    same('order-of-extractors', (at) =>
      one(regex('x', '(ok)'), http(at('/ok'), {}, regex('x', '(o)')), http(at('/echo?${x}'))),
    ),
    ...[
      '$.id',
      '$.tags',
      '$.tags[*]',
      '$.items[?(@.price > 5)].id',
      '$..id',
      '$.missing',
      '$.none',
      '$.items[0]',
      '$.yes',
      '$.items.length()',
    ].map((path, index) => same(`json-${index}`, (at) => shows(at, '/json', json('x', path), '${__urlencode(${x})}'))),
    ...['-1', '2', '9'].map((number) =>
      same(`json-match-${number}`, (at) =>
        shows(
          at,
          '/json',
          json('x', '$.tags[*]', { 'JSONPostProcessor.match_numbers': number }),
          '${x}|${x_1}|${x_3}|${x_matchNr}',
        ),
      ),
    ),
    same('json-several', (at) =>
      one(
        http(
          at('/json'),
          {},
          json('p;q', '$.id;$.name', {
            'JSONPostProcessor.match_numbers': '1;1',
            'JSONPostProcessor.defaultValues': 'P;Q',
          }),
        ),
        http(at('/echo?${p}-${q}')),
      ),
    ),
    same('json-concat', (at) =>
      shows(
        at,
        '/json',
        json('x', '$.tags[*]', { 'JSONPostProcessor.match_numbers': '-1', 'JSONPostProcessor.compute_concat': 'true' }),
        '${x_ALL}',
      ),
    ),
    same('json-of-text', (at) => shows(at, '/ok', json('x', '$.id'))),
    same('boundary', (at) => shows(at, '/json', boundary('"name":"', '"'))),
    same('boundary-all', (at) =>
      shows(
        at,
        '/json',
        boundary('"id":', ',', { 'BoundaryExtractor.match_number': '-1' }),
        '${x_1}|${x_2}|${x_3}|${x_matchNr}',
      ),
    ),
    same('boundary-none', (at) => shows(at, '/ok', boundary('[', ']'))),
    same('css', (at) => shows(at, '/table', css('li.b'))),
    same('css-attribute', (at) => shows(at, '/table', css('a', 'href'), '${__urlencode(${x})}')),
    same('css-all', (at) => shows(at, '/table', css('li', '', '-1'), '${x_1}|${x_2}|${x_matchNr}')),
    same('css-none', (at) => shows(at, '/table', css('h6'))),
    same('xpath', (at) => shows(at, '/xml', xpath('//a[@id="2"]'))),
    same('xpath-all', (at) => shows(at, '/xml', xpath('//a', '-1'), '${x_1}|${x_2}|${x_matchNr}')),
    same('xpath-value', (at) => shows(at, '/xml', xpath('string(//a/@id)'))),
    same('csv', (at) => group('users', { loops: 5 }, csv({}), echo(at, '${a}-${b}'))),
    same('csv-header', (at) =>
      group(
        'users',
        { loops: 2 },
        csv({ filename: 'header.csv', variableNames: '' }),
        http(at('/echo?${first}-${second}')),
      ),
    ),
    same('csv-ignore-first', (at) =>
      group('users', { loops: 2 }, csv({ ignoreFirstLine: 'true' }), http(at('/echo?${a}'))),
    ),
    same('csv-eof', (at) =>
      group('users', { loops: 5 }, csv({ recycle: 'false' }), http(at('/echo?${__urlencode(${a})}'))),
    ),
    same('csv-stop', (at) =>
      group('users', { loops: 9 }, csv({ recycle: 'false', stopThread: 'true' }), http(at('/echo?${a}'))),
    ),
    same('csv-tab', (at) =>
      group(
        'users',
        { loops: 2 },
        csv({ filename: 'tab.csv', delimiter: '\\t' }),
        http(at('/echo?${__urlencode(${a})}-${b}')),
      ),
    ),
    same('csv-unquoted', (at) =>
      group(
        'users',
        { loops: 3 },
        csv({ quotedData: 'false' }),
        http(at('/echo?${__urlencode(${a})}-${__urlencode(${b})}')),
      ),
    ),
    same(
      'csv-per-thread',
      (at) =>
        group(
          'users',
          { users: 2, loops: 2 },
          csv({ shareMode: 'shareMode.thread' }),
          http(at('/echo?${__threadNum}-${a}')),
        ),
      { anyOrder: true },
    ),
    same('csv-per-group', (at) =>
      [1, 2].map((each) =>
        group(`users ${each}`, { loops: 2 }, csv({ shareMode: 'shareMode.group' }), http(at(`/echo?${each}-\${a}`))),
      ),
    ),
    same('csv-in-loop', (at) => group('users', { loops: 2 }, loop(2, csv({}), http(at('/echo?${a}'))))),
    same('substitution', (at) =>
      one(
        variables(['p', '1'], ['q', '${p}2'], ['later', '${r}'], ['r', 'x']),
        echo(at, '${q}|${later}|${unknown}|$p|${p'),
      ),
    ),
    same('properties', (at) =>
      one(
        echo(
          at,
          '${__P(given)}|${__P(absent)}|${__P(absent,d)}|${__property(given)}|${__property(absent,,d)}|${__property(absent)}',
        ),
      ),
    ),
    same('functions', (at) =>
      one(
        variables(['name', 'a b&c']),
        echo(
          at,
          '${__urlencode(${name})}|${__urldecode(%41)}|${__intSum(1,2,${__intSum(3,4)})}|${__changeCase(abc,UPPER,)}|${__threadNum}|${__counter(FALSE,)}|${__V(name_1)}|${__eval(x)}|${__char(65)}|${__escapeHtml(a)}|${__evalVar(name_)}|${__longSum(1,2)}|${__dateTimeConvert(01-02-2020,dd-MM-yyyy,yyyy,)}|${__digest(MD5,abc,,,)}|${__split(a:b:c,s,:)}${s_2}',
        ),
      ),
    ),
    same(
      'functions-escaped',
      (at) =>
        one(
          http(at('/echo?${__changeCase(a\\,b,UPPER,)}|${__time(1)}'), { name: 'now' }),
          http(at('/echo?${__StringFromFile(lines.txt)}|${__StringFromFile(lines.txt)}'), { name: 'lines' }),
          http(
            at(
              '/echo?${__CSVRead(rows.csv,0)}|${__CSVRead(rows.csv,1)}${__CSVRead(rows.csv,next)}|${__CSVRead(rows.csv,0)}',
            ),
            { name: 'cells' },
          ),
        ),
      { about: 0 },
    ),
    same('groovy', (at) =>
      one(
        variables(['n', '4']),
        echo(
          at,
          '${__groovy(1+2*3)}|${__jexl3(${n} * 2)}|${__jexl3("${n}" == "4")}|${__groovy(vars.get("n"))}|${__jexl3(1 < 2 && 3 > 4)}',
        ),
      ),
    ),
    same('label-with-variable', (at) => group('users', { loops: 2 }, csv({}), http(at('/ok'), { name: 'call ${a}' }))),
    same('header-with-variable', (at) =>
      group('users', { loops: 2 }, headers(['X-Count', '${__counter(TRUE,)}']), http(at('/ok'))),
    ),
  ];
}
