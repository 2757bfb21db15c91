import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, parseQuoted } from '../../../src/load/engine/config/csv-rows.ts';
import { decimalFormat } from '../../../src/load/engine/config/decimal-format.ts';
import { FilesOf } from '../../../src/load/engine/files.ts';
import { el, list, type Part, plan, request, run, users, variables } from './rig.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-plan-'));
  const files = {
    'users.csv': 'name,age\nann,1\nbob,2\ncid,3\n',
    'plain.csv': 'ann,1\r\nbob,2\r\n',
    'quoted.csv': '"a,b";"c""d"\n"two\nlines";e\nf"g;h\n',
    'tabs.csv': '\ufeffx\ty\n',
    'empty.csv': '',
    'blank.csv': 'a\n\nb\n',
    'only.csv': 'name\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, 'latin.csv'), Buffer.from('m\u00fcller\n', 'latin1'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const csv = (filename: string, properties: Record<string, string> = {}) =>
  el('CSVDataSet', { filename, ...properties });

async function labels(group: Record<string, string>, ...parts: Part[]): Promise<string> {
  return (await run(plan({}, users(group, ...parts)), { directory })).labels.join(' ');
}

describe('CSV data set', () => {
  const named = request('${name}-${age}');

  it.each([
    ['a header line names the variables', csv('users.csv'), 'ann-1 bob-2 cid-3 ann-1'],
    ['names without a header', csv('plain.csv', { variableNames: ' name , age' }), 'ann-1 bob-2 ann-1 bob-2'],
    [
      'a header that is ignored',
      csv('users.csv', { variableNames: 'age,name', ignoreFirstLine: 'true' }),
      '1-ann 2-bob 3-cid 1-ann',
    ],
    [
      'no recycling: <EOF>',
      csv('plain.csv', { variableNames: 'name,age', recycle: 'false' }),
      'ann-1 bob-2 <EOF>-<EOF> <EOF>-<EOF>',
    ],
    [
      'no recycling: the user ends',
      csv('plain.csv', { variableNames: 'name,age', recycle: 'false', stopThread: 'true' }),
      'ann-1 bob-2',
    ],
    [
      'more names than values',
      csv('plain.csv', { variableNames: 'x,name,age' }),
      '1-${age} 2-${age} 1-${age} 2-${age}',
    ],
    [
      'quoted data',
      csv('quoted.csv', { variableNames: 'name,age', delimiter: ';', quotedData: 'true' }),
      'a,b-c"d two\nlines-e <EOF>-<EOF> a,b-c"d',
    ],
    [
      'quotes are plain where they are not looked at',
      csv('quoted.csv', { variableNames: 'name,age', delimiter: ';' }),
      '"a,b"-"c""d" "two-"c""d" lines"-e f"g-h',
    ],
    [
      'tabs, and a byte order mark',
      csv('tabs.csv', { variableNames: 'name,age', delimiter: '\\t' }),
      'x-y x-y x-y x-y',
    ],
    [
      'another encoding',
      csv('latin.csv', { variableNames: 'name', fileEncoding: 'ISO-8859-1' }),
      `m\u00fcller-\${age} `.repeat(4).trim(),
    ],
    ['an empty file', csv('empty.csv', { variableNames: 'name,age' }), '<EOF>-<EOF> '.repeat(4).trim()],
    ['a header only', csv('only.csv', { stopThread: 'true' }), ''],
    [
      'a blank line is as the end',
      csv('blank.csv', { variableNames: 'name' }),
      'a-${age} <EOF>-${age} b-${age} a-${age}',
    ],
  ])('%s', async (_, part, expected) => {
    expect(await labels({ loops: '4' }, part, named)).toBe(expected);
  });

  it.each([
    ['shareMode.all', 'ann bob cid ann', 'bob cid'],
    ['Todos los hilos', 'ann bob cid ann', 'bob cid'],
    ['shareMode.group', 'ann bob cid ann', 'ann bob'],
    ['shareMode.thread', 'ann ann bob bob', 'ann bob'],
    ['own', 'ann bob cid ann', 'bob cid'],
  ])('is shared by %s', async (shareMode, first, second) => {
    const part = csv('users.csv', { shareMode });
    const group = (name: string, number: string) =>
      users({ name, number, loops: '2' }, part, request('${name}', { ms: '10' }));
    const { samples } = await run(
      plan({ 'TestPlan.serialize_threadgroups': 'true' }, group('A', '2'), group('B', '1')),
      { directory },
    );
    const of = (name: string) =>
      samples
        .filter(({ sample }) => sample.thread.startsWith(name))
        .map(({ label }) => label)
        .join(' ');
    expect([of('A'), of('B')]).toEqual([first, second]);
  });

  it('takes a row per iteration of the controller above', async () => {
    const loop = el('LoopController', { 'LoopController.loops': '2' }, csv('users.csv'), request('${name}'));
    expect(await labels({ loops: '2' }, loop)).toBe('ann bob cid ann');
  });

  it('has rows of its own in each process', async () => {
    const root = plan(
      {},
      users({ number: '2', loops: '3' }, csv('users.csv', { recycle: 'false' }), request('${name}')),
    );
    const of = async (index: number) => (await run(root, { directory, share: { index, of: 2 } })).labels.join(' ');
    expect([await of(0), await of(1)]).toEqual(['ann cid <EOF>', 'bob <EOF> <EOF>']);
  });

  it('is named before the first request where it is missing', async () => {
    await expect(
      run(plan({}, users({}, request('a'), csv('missing.csv', { variableNames: 'a' }))), { directory }),
    ).rejects.toThrow(/missing\.csv can't be read/);
  });

  it('reads rows as JMeter’s reader does', () => {
    expect(parseQuoted('a,"b ""c""",', ',')).toEqual(['a', 'b "c"', '']);
    expect(parseQuoted('', ',')).toEqual(['']);
    expect(parseQuoted('a"b', ',')).toBeUndefined();
    expect(parseQuoted('"a"b', ',')).toBeUndefined();
    expect(parseQuoted('"a', ',')).toBeUndefined();
    const rows = csvRows('h\n"1\r\n2"\r\n3', { delimiter: ',', quoted: true, skipsFirst: true });
    expect([rows.count, rows.row(0), rows.row(1), rows.header]).toEqual([2, ['1\r\n2'], ['3'], ['h']]);
  });
});

describe('files of a plan', () => {
  it('are those below its directory', () => {
    writeFileSync(join(directory, '..', 'relevo-outside.csv'), 'secret');
    symlinkSync(join(directory, '..', 'relevo-outside.csv'), join(directory, 'link.csv'));
    const files = new FilesOf(directory, false);
    expect(files.read('plain.csv').toString()).toContain('ann');
    for (const path of [
      '../relevo-outside.csv',
      'link.csv',
      '/etc/passwd',
      join(directory, '..', 'relevo-outside.csv'),
    ]) {
      expect(() => files.read(path)).toThrow(/not below its directory/);
    }
    expect(() => files.read('.')).toThrow(/it is no file/);
    expect(() => files.read('a\0b')).toThrow(/no file has such a name/);
    expect(new FilesOf(directory, true).read('link.csv').toString()).toBe('secret');
    rmSync(join(directory, '..', 'relevo-outside.csv'));
  });
});

describe('counter', () => {
  const counter = (properties: Record<string, string>) =>
    el(
      'CounterConfig',
      Object.fromEntries(
        Object.entries({ name: 'n', start: '1', incr: '1', ...properties }).map(([key, value]) => [
          `CounterConfig.${key}`,
          value,
        ]),
      ),
    );
  const label = request('${n}');

  it.each([
    ['counts', {}, '1 2 3 4'],
    ['in steps, around its end', { start: '5', incr: '5', end: '15' }, '5 10 15 5'],
    ['with a format', { format: 'no 000' }, 'no 001 no 002 no 003 no 004'],
    ['backwards', { start: '3', incr: '-2' }, '3 1 -1 -3'],
    ['stays where its end is before its start', { start: '9', end: '5' }, '9 9 9 9'],
    ['for each user', { per_user: 'true', end: '3' }, '1 2 3 1'],
  ])('%s', async (_, properties, expected) => {
    expect(await labels({ loops: '4' }, counter(properties as Record<string, string>), label)).toBe(expected);
  });

  it('is common to all users, or each has its own, anew in each iteration of the group', async () => {
    const loop = (part: Part) => el('LoopController', { 'LoopController.loops': '2' }, part, label);
    const of = async (properties: Record<string, string>) =>
      labels({ number: '2', rampUp: '2', loops: '2' }, loop(counter(properties)));
    expect(await of({})).toBe('1 2 3 4 5 6 7 8');
    expect(await of({ per_user: 'true' })).toBe('1 2 3 4 1 2 3 4');
    expect(await of({ per_user: 'true', reset_on_tg_iteration: 'true' })).toBe('1 2 1 2 1 2 1 2');
  });

  it('gives no number twice among processes', async () => {
    const root = plan({}, users({ number: '4' }, counter({ start: '10' }), label));
    const of = async (index: number) => (await run(root, { share: { index, of: 2 } })).labels;
    expect([...(await of(0)), ...(await of(1))].sort()).toEqual(['10', '11', '12', '13']);
  });

  it.each([
    ['000', 7, '007'],
    ['#,##0', 1234567, '1,234,567'],
    ["'#'0", 5, '#5'],
    ['user_0000@x', 42, 'user_0042@x'],
    ['0.00', 3, '3.00'],
    ['000', -7, '-007'],
    ['#', 0, '0'],
    ['00;(00)', 5, '05'],
  ])('writes %s of %i as %s', (pattern, value, expected) => {
    expect(decimalFormat(pattern)?.(value)).toBe(expected);
  });

  it.each(['', 'abc', '0%', '0E0'])('has no format "%s"', (pattern) => {
    expect(decimalFormat(pattern)).toBeUndefined();
  });
});

describe('random variable', () => {
  const random = (properties: Record<string, string>) =>
    el('RandomVariableConfig', { variableName: 'r', minimumValue: '3', maximumValue: '5', ...properties });
  const label = request('${r}');

  it('is within its range, both ends included', async () => {
    const all = (await labels({ loops: '200' }, random({ outputFormat: '00' }), label)).split(' ');
    expect(new Set(all)).toEqual(new Set(['03', '04', '05']));
  });

  it('is the same with the same seed: for all users together, or for each', async () => {
    const seeded = (perThread: string) =>
      labels(
        { number: '2', rampUp: '2', loops: '3' },
        random({ maximumValue: '99', minimumValue: '0', randomSeed: '1', perThread }),
        label,
      );
    // new java.util.Random(1).nextInt(100)
    expect(await seeded('true')).toBe('85 88 47 85 88 47');
    expect((await seeded('false')).startsWith('85 88 47 ')).toBe(true);
  });

  it('is none where its least is its most', async () => {
    expect(await labels({}, random({ maximumValue: '2' }), label)).toBe('${r}');
  });
});

describe('user parameters', () => {
  const parameters = (perIteration: string) =>
    el('UserParameters', {
      'UserParameters.names': list('who', 'what'),
      'UserParameters.thread_values': list(list('ann', '${v}'), list('bob', '2')),
      'UserParameters.per_iteration': perIteration,
    });

  it('have a column for each user, and again from the first one on', async () => {
    expect(
      await labels({ number: '3', rampUp: '3' }, variables({ v: '1' }), parameters('false'), request('${who}${what}')),
    ).toBe('ann1 bob2 ann1');
  });

  it('are set before each sampler, or once per iteration', async () => {
    const change = el('Set', { name: 'who', value: 'changed' });
    const parts = [request('${who}', {}, change), request('${who}')];
    expect(await labels({ loops: '2' }, parameters('false'), ...parts)).toBe('ann ann ann ann');
    expect(await labels({ loops: '2' }, parameters('true'), ...parts)).toBe('ann changed ann changed');
  });
});
