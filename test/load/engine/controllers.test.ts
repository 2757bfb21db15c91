import { describe, expect, it } from 'vitest';
import { el, list, plan, type RunOptions, request, run, seen, users, variables } from './rig.ts';

/** Labels of one user's samples. */
async function labelsOf(group: Record<string, string>, parts: Parameters<typeof users>[1][], options?: RunOptions) {
  const { labels } = await run(plan({}, users(group, ...parts)), options);
  return labels.join(' ');
}

const loop = (loops: string, properties: Record<string, string>, ...children: Parameters<typeof users>[1][]) =>
  el('LoopController', { 'LoopController.loops': loops, ...properties }, ...children);

const once = (...children: Parameters<typeof users>[1][]) => el('OnceOnlyController', {}, ...children);

const onlyIf = (condition: string, properties: Record<string, string>, ...children: Parameters<typeof users>[1][]) =>
  el('IfController', { 'IfController.condition': condition, ...properties }, ...children);

const expression = { 'IfController.useExpression': 'true' };

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => request(name)) as [Part, Part, Part, Part];
type Part = ReturnType<typeof request>;

describe('loops', () => {
  it.each([
    ['a nested loop runs again in each iteration of its parent', '2', loop('2', {}, a), 'a a b a a b'],
    [
      'one that does not continue for ever runs only once',
      '2',
      loop('2', { 'LoopController.continue_forever': 'false' }, a),
      'a a b b',
    ],
    ['none', '2', loop('0', {}, a), 'b b'],
    ['what is no number is none', '1', loop('x', {}, a), 'b'],
    ['loops in loops', '1', loop('2', {}, a, loop('2', {}, c)), 'a c c a c c b'],
  ])('%s', async (_, loops, part, expected) => {
    expect(await labelsOf({ loops }, [part, b])).toBe(expected);
  });

  it('tells its index', async () => {
    expect(await labelsOf({ loops: '1' }, [loop('3', { name: 'L' }, request('${__jm__L__idx}'))])).toBe('0 1 2');
  });

  it('reads the number of loops anew for each run', async () => {
    const parts = [request('${n}'), el('Set', { name: 'n', value: '2' }), loop('${n}', {}, a)];
    expect(await labelsOf({ loops: '2' }, [variables({ n: '1' }), ...parts])).toBe('1 a a 2 a a');
  });
});

describe('once only', () => {
  it.each([
    ['in the first iteration of the group', '3', [once(a), b], 'a b b b'],
    ['in the first iteration of the loop that it is in', '2', [loop('2', {}, once(a), b)], 'a b b a b b'],
    ['in the first pass of anything else', '2', [el('GenericController', {}, once(a), b)], 'a b b'],
  ])('%s', async (_, loops, parts, expected) => {
    expect(await labelsOf({ loops }, parts)).toBe(expected);
  });
});

describe('if', () => {
  it.each([
    ['an expression that says true', onlyIf('${yes}', expression, a), 'a d'],
    ['in whatever case', onlyIf(' TRUE ', expression, a), 'a d'],
    ['anything else is no', onlyIf('yes', expression, a), 'd'],
    ['JavaScript where nothing else is said', onlyIf('"${yes}" == "true"', {}, a), 'a d'],
    ['JavaScript that is neither', onlyIf('1 + 1', {}, a), 'd'],
    ['once on entry', onlyIf('${yes}', expression, a, el('Set', { name: 'yes', value: 'false' }), b), 'a b d'],
    [
      'before each child',
      onlyIf(
        '${yes}',
        { ...expression, 'IfController.evaluateAll': 'true' },
        request('a', {}, el('Set', { name: 'yes', value: 'false' })),
        b,
      ),
      'a d',
    ],
  ])('%s', async (_, part, expected) => {
    expect(await labelsOf({}, [variables({ yes: 'true' }), part, d])).toBe(expected);
  });
});

describe('while', () => {
  const untilN = (condition: string, ...children: Part[]) =>
    el('WhileController', { 'WhileController.condition': condition }, ...children);
  const failing = request('a', { ok: '${ok}' }, el('Set', { name: 'ok', value: 'false' }));

  it.each([
    ['until it says false', untilN('${more}', request('a', {}, el('Set', { name: 'more', value: 'false' }))), 'a d'],
    ['not at all', untilN('false', a), 'd'],
    ['blank: until a last sample failed', untilN('', failing), 'a a d'],
    [
      'LAST: also looks before it begins',
      el('GenericController', {}, request('x', { ok: 'false' }), untilN('LAST', a)),
      'x d',
    ],
    [
      'blank: does not look before it begins',
      el('GenericController', {}, request('x', { ok: 'false' }), untilN('', request('f', { ok: 'false' }))),
      'x f d',
    ],
  ])('%s', async (_, part, expected) => {
    expect(await labelsOf({}, [variables({ more: 'true', ok: 'true' }), part, d])).toBe(expected);
  });

  it('ends users that would run in circles without a sampler', async () => {
    const { labels, notes } = await run(
      plan(
        {},
        users(
          {},
          a,
          el('WhileController', { name: 'W', 'WhileController.condition': 'true' }, onlyIf('false', expression, b)),
          c,
        ),
      ),
    );
    expect(labels).toEqual(['a']);
    expect(notes).toEqual(['"W" runs in circles without any sampler: its users end.']);
  });
});

describe('for each', () => {
  const each = (properties: Record<string, string>) =>
    el(
      'ForeachController',
      { 'ForeachController.inputVal': 'v', 'ForeachController.returnVal': 'r', ...properties },
      request('${r}'),
    );
  const values = variables({ v_1: 'x', v_2: 'y', v_3: 'z', v_5: 'no', v1: 'plain' });

  it.each([
    ['all until one is missing', {}, 'x y z'],
    ['from the one after the start', { 'ForeachController.startIndex': '1' }, 'y z'],
    ['up to the end', { 'ForeachController.endIndex': '2' }, 'x y'],
    ['without a separator', { 'ForeachController.useSeparator': 'false' }, 'plain'],
    ['nothing there', { 'ForeachController.inputVal': 'w' }, ''],
    ['an end before the start', { 'ForeachController.startIndex': '2', 'ForeachController.endIndex': '1' }, ''],
  ])('%s', async (_, properties, expected) => {
    const labels = await labelsOf({ loops: '2' }, [values, each(properties as Record<string, string>), d]);
    const pass = `${expected} d`.trim();
    expect(labels).toBe(`${pass} ${pass}`);
  });
});

describe('switch', () => {
  const choice = (value: string, ...more: Part[]) =>
    el('SwitchController', { 'SwitchController.value': value }, a, b, c, ...more);

  it.each([
    ['1', 'b'],
    ['', 'a'],
    ['7', 'a'],
    ['c', 'c'],
    ['nobody', ''],
    ['${two}', 'c'],
  ])('%s', async (value, expected) => {
    expect(await labelsOf({}, [variables({ two: '2' }), choice(value), d])).toBe(`${expected} d`.trim());
  });

  it('takes the default where no name fits', async () => {
    expect(await labelsOf({}, [choice('nobody', request('Default'))])).toBe('Default');
  });
});

describe('interleave and random', () => {
  const inner = (style: string) =>
    el('InterleaveControl', { 'InterleaveControl.style': style }, el('GenericController', {}, a, b), c);

  it.each([
    ['one sampler of each child a pass', '4', inner('0'), 'a c b c'],
    ['one child a pass', '4', inner('1'), 'a b c a b c'],
    ['samplers in turn', '3', el('InterleaveControl', {}, a, b), 'a b a'],
    ['one child by chance', '3', el('RandomController', {}, a), 'a a a'],
  ])('%s', async (_, loops, part, expected) => {
    expect(await labelsOf({ loops }, [part])).toBe(expected);
  });

  it('lets users begin with different children', async () => {
    const part = el('InterleaveControl', { 'InterleaveControl.accrossThreads': 'true' }, a, b);
    const { labels } = await run(plan({}, users({ number: '3', rampUp: '3' }, part)));
    expect(labels).toEqual(['a', 'b', 'a']);
  });

  it('gives all children in any order', async () => {
    const labels = await labelsOf({ loops: '30' }, [el('RandomOrderController', {}, a, b, c)]);
    const passes = labels.match(/.{5}(?= |$)/g) ?? [];
    expect(passes).toHaveLength(30);
    expect(new Set(passes.map((pass) => pass.split(' ').sort().join(' ')))).toEqual(new Set(['a b c']));
    expect(new Set(passes).size).toBeGreaterThan(1);
  });
});

describe('throughput', () => {
  const part = (properties: Record<string, string>) => el('ThroughputController', properties, a);
  const percent = (value: string, perThread = 'true') =>
    part({
      'ThroughputController.style': '1',
      'ThroughputController.percentThroughput': value,
      'ThroughputController.perThread': perThread,
    });

  it.each([
    ['33 percent: certain, not random', percent('33'), 'd a d d d a d d'],
    ['50 percent', percent('50'), 'd a d d a d d a d'],
    ['all', percent('100'), 'a d a d a d a d a d a d'],
    ['none', percent('0'), 'd d d d d d'],
    ['two in all', part({ 'ThroughputController.maxThroughput': '2' }), 'a d a d d d d d'],
  ])('%s', async (_, child, expected) => {
    expect(await labelsOf({ loops: '6' }, [child, d])).toBe(expected);
  });

  it('counts for all users together where it says so', async () => {
    const three = part({ 'ThroughputController.maxThroughput': '3', 'ThroughputController.perThread': 'false' });
    const { labels } = await run(plan({}, users({ number: '4', loops: '2', rampUp: '4' }, three)));
    expect(labels).toEqual(['a', 'a', 'a']);
  });
});

describe('runtime', () => {
  it('repeats its children for so many seconds, and finishes what is under way', async () => {
    const part = el('RunTime', { 'RunTime.seconds': '2' }, request('a', { ms: '700' }));
    expect(seen(await run(plan({}, users({}, part, b))))).toEqual(['a@0', 'a@700', 'a@1400', 'b@2100']);
  });
});

describe('critical section', () => {
  it('has one user inside', async () => {
    const part = el(
      'CriticalSectionController',
      { 'CriticalSectionController.lockName': 'L' },
      request('a', { ms: '10' }),
      request('b', { ms: '10' }),
    );
    expect(seen(await run(plan({}, users({ number: '3' }, part))))).toEqual([
      'a@0',
      'b@10',
      'a@20',
      'b@30',
      'a@40',
      'b@50',
    ]);
  });

  it('is left by a user that ends inside', async () => {
    const part = el(
      'CriticalSectionController',
      { 'CriticalSectionController.lockName': 'L' },
      request('a', { ms: '10', ok: 'false' }),
      b,
    );
    const group = { number: '2', 'ThreadGroup.on_sample_error': 'stopthread' };
    expect(seen(await run(plan({}, users(group, part))))).toEqual(['a@0', 'a@10']);
  });
});

describe('module', () => {
  const fragment = el('TestFragmentController', { name: 'Fragment' }, el('GenericController', { name: 'Part' }, a, b));
  const module = (...names: string[]) =>
    el('ModuleController', { 'ModuleController.node_path': list('Plan', ...names) });

  it('runs what it points to, enabled or not', async () => {
    const parts = [
      users({}, module('Plan', 'Fragment', 'Part'), c, module('Plan', 'Fragment')),
      { ...fragment, enabled: false },
    ];
    expect((await run(plan({}, ...parts))).labels.join(' ')).toBe('a b c a b');
  });

  it('is left out where it points to nothing', async () => {
    expect((await run(plan({}, users({}, module('Plan', 'Nowhere'), c)))).labels).toEqual(['c']);
  });
});
