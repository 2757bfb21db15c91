import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { compileJsonPath, NotFound } from '../../../src/load/extract/json/path.ts';
import { parseJson, printNode } from '../../../src/load/extract/json/value.ts';

const store =
  '{"store":{"book":[{"category":"ref","price":8.95,"title":"A"},{"category":"fic","price":12.99,"title":"B","isbn":"0-1"},{"category":"fic","price":8,"title":"C","isbn":"0-2"}],"bicycle":{"color":"red","price":19.95}},"exp":10}';
const odd = '{"a b":1,"a-b":2,"@t":3,"a:b":4,"é":5,"1":6,"x.y":7,"it\'s":8}';
const numbers =
  '[1,2.0,2.50,1e3,12345678.5,0.0001,12345678901234567890,true,null,"a/b\\u00e9\\u2028<",{"u":"http://x/","n":2.0,"z":null},[1,"x/"]]';
const loose = '{"a":[{"b":1},{"b":"1"},{"b":1.0}]}';
const texts = '{"a":[{"b":"10"},{"b":"9"}]}';
const flags = '{"a":[{"b":true},{"b":false}]}';

function found(text: string, path: string): readonly (string | null)[] {
  const json = parseJson(text);
  try {
    return compileJsonPath(path)
      .find(json)
      .map((node) => printNode(json, node) ?? null);
  } catch (error) {
    if (error instanceof NotFound) return [];
    throw error;
  }
}

/** What JMeter 5.6.3's JSONManager (json-path 2.8.0, json-smart) said. */
describe('a JSON path finds what Jayway’s does', () => {
  it.each<[path: string, text: string, values: readonly (string | null)[]]>([
    ['$.store.book[*].title', store, ['A', 'B', 'C']],
    ['$..price', store, ['8.95', '12.99', '8', '19.95']],
    ['$.store..price', store, ['8.95', '12.99', '8', '19.95']],
    ['$..book[2].title', store, ['C']],
    ['$..book[-1].title', store, ['C']],
    ['$..book[-1:].title', store, ['C']],
    ['$..book[0,1].title', store, ['A', 'B']],
    ['$..book[:2].title', store, ['A', 'B']],
    ['$..book[1:2].title', store, ['B']],
    ['$..book[-2:].title', store, ['B', 'C']],
    ['$..book[?(@.isbn)].title', store, ['B', 'C']],
    ['$.store.book[?(@.price < 10)].title', store, ['A', 'C']],
    ["$..book[?(@.price <= $['exp'])].title", store, ['A', 'C']],
    ['$..book[?(@.title =~ /[ab]/i)].title', store, ['A', 'B']],
    ["$.store.book[?(@.category == 'fic')].title", store, ['B', 'C']],
    ['$.store.book[?(@.category == "fic" && @.price > 10)].title', store, ['B']],
    ["$.store.book[?(@.category in ['ref','x'])].title", store, ['A']],
    ["$.store.book[?(@.category nin ['ref'])].title", store, ['B', 'C']],
    ['$.store.book[?(!(@.isbn))].title', store, ['A']],
    ["$.store.book[?(@.price == '8')].title", store, ['C']],
    ['$.store.book[?(@.price == 8.0)].title', store, ['C']],
    ["$.store['book'][0]['title']", store, ['A']],
    ["$.store.book[0]['title','price']", store, ['{"title":"A","price":8.95}']],
    ['store.book[0].title', store, ['A']],
    ['$.store.book[0]', store, ['{"category":"ref","title":"A","price":8.95}']],
    ['$.nope', store, []],
    ['$.store.nope.x', store, []],
    ['$..nope', store, []],
    ['$.store.book[7]', store, []],
    ['$.store.book[*].isbn', store, ['0-1', '0-2']],
    ['$.store.book[?(@.nope == null)].title', store, []],
    ['$.store.book[?(@.isbn != null)].title', store, ['A', 'B', 'C']],
    ['$.store.book[?(@.title size 1)].title', store, ['A', 'B', 'C']],
    ["$.store.book[?(@.title contains 'A')].title", store, ['A']],
    ["$.store.book[?(@['title']=='A')].price", store, ['8.95']],
    ["$.store.book[?(@.category=='fic' || @.category=='ref')].title", store, ['A', 'B', 'C']],
    ['$.store.book[?(1==1)].title', store, ['A', 'B', 'C']],
    ['$.store.book[?(@.price>8)][0].title', store, []],
    ['$.exp.x', store, []],
    ['$..[?(@.color)].price', store, ['19.95']],
    ['$.store.book[1,9].title', store, ['B']],
    ['$.store.book[?(@.x.y)]', store, []],
    ['$.store.book[ 0 ].title', store, ['A']],
    ['$.store.book[?(@.title==true)]', store, []],
    ["$.store.book[?(@.price>=8 && (@.title=='B' || @.title=='C'))].isbn", store, ['0-1', '0-2']],
    ['$.a-b', odd, ['2']],
    ['$.@t', odd, ['3']],
    ['$.a:b', odd, ['4']],
    ['$.é', odd, ['5']],
    ['$.1', odd, ['6']],
    ["$['x.y']", odd, ['7']],
    ['$["a b"]', odd, ['1']],
    ["$['it\\'s']", odd, ['8']],
    [
      '$[*]',
      numbers,
      [
        '1',
        '2.0',
        '2.5',
        '1000.0',
        '1.23456785E7',
        '1.0E-4',
        '12345678901234567890',
        'true',
        null,
        'a/bé\u2028<',
        '{"z":null,"u":"http:\\/\\/x\\/","n":2.0}',
        '[1,"x\\/"]',
      ],
    ],
    ['$', '"str"', ['str']],
    ['$', '5', ['5']],
    ['$.a', '{"a":null}', [null]],
    ['$.a.b', '{"a":null}', []],
    ['$.a', '{"a":[]}', ['[]']],
    ['$.a[*][0]', '{"a":[[1,2],[3]]}', ['1', '3']],
    ['$.*.b', '{"a":{"b":1},"c":{"b":2}}', ['1', '2']],
    ["$['a','c'].b", '{"a":{"b":1},"c":{"b":2}}', ['1', '2']],
    ['$.a', '<html>', []],
    ['$.a', '{"a":{"x":"\\t\\"\\\\ü\\u007f"}}', ['{"x":"\\t\\"\\\\ü\\u007F"}']],
    ['$.a[?(@.b==1)]', loose, ['{"b":1}', '{"b":"1"}', '{"b":1.0}']],
    ["$.a[?(@.b=='1')]", loose, ['{"b":1}', '{"b":"1"}', '{"b":1.0}']],
    ['$.a[?(@.b > 9)]', texts, []],
    ["$.a[?(@.b > '9')]", texts, []],
    ['$.a[?(@.b)]', flags, ['{"b":true}', '{"b":false}']],
    ['$.a[?(@.b == true)]', flags, ['{"b":true}']],
    ["$.a[?(@.b == 'true')]", flags, []],
  ])('%s', (path, text, values) => {
    expect(found(text, path)).toEqual(values);
  });

  it.each([
    '$..',
    '$.',
    '$[',
    '$.a b',
    '$. a',
    '$.a[?]',
    '$.a[?(@.b > 1)',
    "$.a[?(@.b ~= 'x')]",
    '$.a[(@.length-1)]',
    '$.a[?(@.b subsetof [1])]',
    '$.a[?(@.b =~ /x/q)]',
    '$.a.max($..b)',
    "$.a[?(@.b anyof ['x'])]",
  ])('%s is refused', (path) => {
    expect(() => compileJsonPath(path)).toThrow(RelevoError);
  });

  it('gives up what takes too long, and is not used up by depth', () => {
    const deep = `${'[{"a":'.repeat(4000)}1${'}]'.repeat(4000)}`;
    const ended = (text: string, path: string) => {
      try {
        return found(text, path).length;
      } catch (error) {
        if (!(error instanceof RelevoError || error instanceof RangeError)) throw error;
        return -1;
      }
    };
    expect(ended(deep, '$[0].a[0].a[0]')).toBeLessThan(2);
    expect(ended(deep, '$..a..a..a')).toBe(-1);
    expect(ended(deep, '$..b')).toBeLessThan(1);
  });

  it('never throws anything else', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '$',
        '@',
        '.',
        '..',
        '*',
        '[',
        ']',
        '[?(',
        ')]',
        "'a'",
        '"b"',
        '0',
        '-1',
        ':',
        ',',
        '==',
        '&&',
        '||',
        '!',
        '(',
        ')',
        ' in ',
        "['x']",
        '=~',
        '/a/',
        'a',
        '.length()',
        'null',
        '\\',
      ),
      fc.string({ maxLength: 3 }),
    );
    const paths = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(paths, fc.json(), (path, text) => {
        try {
          found(text, path);
        } catch (error) {
          if (!(error instanceof RelevoError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
