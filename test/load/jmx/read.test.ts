import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { beanOf, type Element, type Item, itemsOf, textOf } from '../../../src/load/jmx/element.ts';
import { calcModes, enumOf, shareModes } from '../../../src/load/jmx/enums.ts';
import { readPlan } from '../../../src/load/jmx/read.ts';
import { writePlan } from '../../../src/load/jmx/write.ts';
import { withoutLines } from './trees.ts';

const directory = new URL('../plans/', import.meta.url);
const corpus = readdirSync(directory).filter((name) => name.endsWith('.jmx'));
const bytesOf = (name: string) => readFileSync(new URL(name, directory));
const read = (name: string) => readPlan(bytesOf(name), name);

function find(root: Element, name: string): Element {
  const found = all(root).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function all(root: Element): Element[] {
  return [root, ...root.children.flatMap(all)];
}

const plan = (inside: string, version = '1.2') =>
  `<jmeterTestPlan version="${version}"><hashTree><TestPlan testname="P">${inside}</TestPlan></hashTree></jmeterTestPlan>`;

function complaint(text: string | Buffer): string {
  try {
    readPlan(text, 'x.jmx');
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    expect(error.failure.code).toBe('invalid-file');
    const [{ line, column, message, hint } = { message: 'none' }] = error.failure.diagnostics ?? [];
    return `${line}:${column} ${message}${hint === undefined ? '' : ` (${hint})`}`;
  }
  return 'read';
}

describe('plans of many JMeters', () => {
  test.each(corpus)('%s is read, and read again from what is written of it', (name) => {
    const root = read(name);
    expect(root.kind).toBe('TestPlan');
    expect(withoutLines(readPlan(writePlan(root), name))).toEqual(withoutLines(root));
  });

  test('paths and lines', () => {
    const { path, line } = find(read('jmeter-4.0-controllers.jmx'), 'think');
    expect(path).toBe('Controllers > Users > If > One in ten > Each > ${it} > think');
    expect(bytesOf('jmeter-4.0-controllers.jmx').toString().split('\n')[line - 1]).toContain('<GaussianRandomTimer');
  });

  test('2.1: names and values as in URLs, names and forms as properties, full class names, one file to upload', () => {
    const root = read('jmeter-2.1-urlencoded.jmx');
    expect(root).toMatchObject({ name: 'Plan of 2005', form: 'TestPlanGui', enabled: true });
    expect(root.children[0]?.name).toBe('Visitors & editors');
    expect(find(root, 'Server').form).toBe('HttpDefaultsGui');
    const [header] = itemsOf(find(root, 'Browser'), 'HeaderManager.headers');
    expect(header?.value).toEqual({
      kind: 'Header',
      properties: new Map([
        ['Header.value', 'Mozilla/4.0 (compatible)'],
        ['Header.name', 'User-Agent'],
      ]),
    });
    const parameters = beanOf(find(root, 'Search'), 'HTTPsampler.Arguments');
    const [q] = itemsOf(parameters as Element, 'Arguments.arguments');
    expect(textOf(q?.value as Element, 'Argument.value')).toBe('café + tea');
    expect(find(root, 'Search').properties.has('HTTPSampler.FILE_NAME')).toBe(false);
    const upload = find(root, 'Upload');
    expect(upload.enabled).toBe(false);
    const [file] = itemsOf(beanOf(upload, 'HTTPsampler.Files') as Element, 'HTTPFileArgs.files');
    expect(file).toEqual({
      name: 'pictures/cat.png',
      value: {
        kind: 'HTTPFileArg',
        properties: new Map([
          ['File.path', 'pictures/cat.png'],
          ['File.paramname', 'picture'],
          ['File.mimetype', 'image/png'],
        ]),
      },
    });
  });

  test('2.13: a French calcMode, child tags of doubleProp, duplicate names, no work bench, U+FFFD', () => {
    const root = read('jmeter-2.13-french.jmx');
    expect(root.children.map(({ name }) => name)).toEqual(['Visiteurs \uFFFD l’heure']);
    const timer = find(root, 'Compteur de temps');
    expect(textOf(timer, 'throughput')).toBe('600.0');
    expect(enumOf(calcModes, textOf(timer, 'calcMode'))).toBe('group-shared');
    const strings = itemsOf(find(root, 'Assertion Réponse'), 'Asserion.test_strings');
    expect(strings.map(({ value }) => value)).toEqual(['Web', 'Web', '']);
    expect(find(root, 'Accueil').kind).toBe('HTTPSampler2');
  });

  test('3.3: comments, CDATA, a disabled argument, the last sampler without its hashTree, a Spanish shareMode', () => {
    const root = read('jmeter-3.3-login.jmx');
    const last = find(root, 'log in');
    expect(last.children).toEqual([]);
    const given = itemsOf(beanOf(last, 'HTTPsampler.Arguments') as Element, 'Arguments.arguments');
    expect(given.map(({ name, value }) => [name, textOf(value as Element, 'Argument.value')])).toEqual([
      ['token', '${token}'],
      ['tag', 'a'],
      ['tag', 'b & <c>'],
    ]);
    expect(given.map(({ value }) => textOf(value as Element, 'TestElement.enabled', 'true'))).toEqual([
      'true',
      'false',
      'true',
    ]);
    expect(enumOf(shareModes, textOf(find(root, 'Who'), 'shareMode'))).toBe('all');
  });

  test('4.0 and 5.x: FloatProperty, line breaks of Windows, no `enabled`, integers', () => {
    const percent = textOf(
      find(read('jmeter-4.0-controllers.jmx'), 'One in ten'),
      'ThroughputController.percentThroughput',
    );
    expect(percent).toBe('10.0');
    const order = beanOf(find(read('jmeter-5.1-api.jmx'), 'POST /orders'), 'HTTPsampler.Arguments');
    const [body] = itemsOf(order as Element, 'Arguments.arguments');
    expect(textOf(body?.value as Element, 'Argument.value')).toContain('{\r\n  "id"');
    const compact = find(read('jmeter-5.6-compact.jmx'), 'Thread Group');
    expect([compact.enabled, textOf(compact, 'ThreadGroup.duration')]).toEqual([true, '30']);
  });

  test('groups of plugins keep their full names, JMeter’s own classes lose them', () => {
    const root = read('plugins-groups.jmx');
    const [ultimate] = root.children;
    expect(ultimate?.kind).toBe('kg.apc.jmeter.threads.UltimateThreadGroup');
    const rows = itemsOf(ultimate as Element, 'ultimatethreadgroupdata');
    expect(rows.map(({ value }) => (value as readonly Item[]).map((cell) => cell.value))).toEqual([
      ['10', '0', '30', '60', '10'],
      ['5', '30', '5', '30', '5'],
    ]);
    expect(find(root, 'full name')).toMatchObject({ kind: 'HTTPSamplerProxy', form: 'HttpTestSampleGui' });
  });

  test('a fragment without a plan gets one', () => {
    const root = read('fragment.jmx');
    expect([root.kind, root.children.map(({ kind }) => kind)]).toEqual(['TestPlan', ['TestFragmentController']]);
  });
});

describe('encodings', () => {
  const text = `<?xml version="1.0" encoding="ISO-8859-1"?>\n${plan('<stringProp name="a">año</stringProp>')}`;
  const value = (bytes: string | Buffer) => textOf(readPlan(bytes, 'x'), 'a');

  test('as declared, by the byte order mark, else UTF-8', () => {
    expect(value(Buffer.from(text, 'latin1'))).toBe('año');
    expect(value(Buffer.from(`\uFEFF${text}`, 'utf8'))).toBe('año');
    expect(value(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toBe('año');
    expect(value(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16())).toBe('año');
    expect(value(Buffer.from(plan('<stringProp name="a">año</stringProp>')))).toBe('año');
    expect(value(Buffer.from(plan('<stringProp name="a">a\xF1o</stringProp>'), 'latin1'))).toBe('a\uFFFDo');
    expect(value(text)).toBe('año');
  });

  test('an encoding that nobody knows', () => {
    expect(complaint(Buffer.from(text.replace('ISO-8859-1', 'x-klingon')))).toBe(
      'undefined:undefined the encoding `x-klingon` is not known',
    );
  });
});

describe('what is no plan', () => {
  test.each([
    ['', 'undefined:undefined the file is empty'],
    ['<html></html>', '1:1 a plan begins with `<jmeterTestPlan>`, and this with `<html>` (is this the right file?)'],
    [
      '<testResults version="1.2"/>',
      '1:1 a plan begins with `<jmeterTestPlan>`, and this with `<testResults>` (this is a log of results)',
    ],
    ['<jmeterTestPlan/>', '1:1 the plan is empty'],
    ['<jmeterTestPlan>\n  <hashTree/></jmeterTestPlan>', '2:3 the plan is empty'],
    [
      '<jmeterTestPlan><hashTree>\n <hashTree/></hashTree></jmeterTestPlan>',
      '2:2 a `hashTree` follows an element, and there is none here',
    ],
    [plan('\n<stringProp>a</stringProp>'), '2:1 this `stringProp` has no name'],
    [
      '<!DOCTYPE x [<!ENTITY a "b">]><jmeterTestPlan/>',
      '1:30 a plan has no DTD (delete the line that begins with `<!DOCTYPE`)',
    ],
    [plan('<stringProp name="a">&b;</stringProp>'), expect.stringContaining('not well-formed XML')],
    [plan('<stringProp name="a">\u0001</stringProp>'), expect.stringContaining('disallowed character')],
    [`${plan('')}<more/>`, expect.stringContaining('documents may contain only one root')],
    [
      '<jmeterTestPlan>\n<hashTree>\n  <TestPlan',
      '3:1 the file ends too early: `<hashTree>` of line 2 is never closed (was it copied whole?)',
    ],
    ['{"a": 1}', expect.stringContaining('not well-formed XML')],
  ])('%j', (text, expected) => {
    expect(complaint(text)).toEqual(expected);
  });

  test('bounds: depth, tags, size', () => {
    expect(complaint('<a>'.repeat(1000))).toContain('nested more than 200 levels deep');
    expect(complaint(`<jmeterTestPlan>${'<a/>'.repeat(1_000_001)}`)).toContain('more than 1000000 tags');
    expect(complaint(Buffer.alloc(64 * 1024 * 1024 + 1))).toContain('bytes; at most');
  });

  test('long names do not add up in paths', () => {
    const name = 'x'.repeat(10_000);
    const deep = `<hashTree><T testname="${name}"/>`.repeat(50) + '</hashTree>'.repeat(50);
    const root = readPlan(`<jmeterTestPlan>${deep}</jmeterTestPlan>`, 'x');
    expect(Math.max(...all(root).map(({ path }) => path.length))).toBeLessThan(50 * 130);
  });
});

describe('damaged plans never crash or hang the reader', () => {
  const bytes = bytesOf('jmeter-2.13-french.jmx');

  test('cut at every byte', { timeout: 60_000 }, () => {
    const end = bytes.lastIndexOf('>');
    for (let length = 0; length <= end; length++) {
      expect(complaint(bytes.subarray(0, length))).not.toBe('read');
    }
    expect(complaint(bytes.subarray(0, end + 1))).toBe('read');
  });

  test('with pieces taken out, repeated or replaced', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('<', '>', '&', ']]>', '<!--', '<![CDATA[', '</hashTree>', '"', '\0'),
    );
    const damage = fc.tuple(fc.nat(bytes.length), fc.nat(200), piece);
    fc.assert(
      fc.property(fc.constantFrom(...corpus), fc.array(damage, { minLength: 1, maxLength: 4 }), (name, damages) => {
        const damaged = damages.reduce(
          (text, [at, length, by]) => text.slice(0, at) + by + text.slice(at + length),
          bytesOf(name).toString(),
        );
        complaint(damaged);
      }),
    );
  });

  test('any text and any bytes', () => {
    fc.assert(fc.property(fc.string(), (text) => void complaint(text)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (given) => void complaint(Buffer.from(given))));
    fc.assert(fc.property(fc.string(), (text) => void complaint(plan(text))));
  });
});
