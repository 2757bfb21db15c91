import { describe, expect, it } from 'vitest';
import { Counts } from '../../../src/load/engine/counts.ts';
import { bean, el, list, loopBean, type Part, plan, request, run, seen, users } from './rig.ts';

const a = request('a');
const scheduler = (duration: string, delay = '0') => ({
  'ThreadGroup.scheduler': 'true',
  'ThreadGroup.duration': duration,
  'ThreadGroup.delay': delay,
});

const threads = async (...parts: Part[]) => {
  const { samples } = await run(plan({}, ...parts));
  return samples.map(({ at, sample }) => `${sample.thread}@${at}`);
};

describe('thread group', () => {
  it('begins user i at i times the rounded step, the first at once', async () => {
    expect(await threads(users({ number: '4', rampUp: '2' }, a))).toEqual([
      'Users 1-1@0',
      'Users 1-2@500',
      'Users 1-3@1000',
      'Users 1-4@1500',
    ]);
    expect((await threads(users({ number: '7', rampUp: '1' }, a))).at(-1)).toBe(`Users 1-7@${6 * 143}`);
  });

  it('makes them late where it says so: the last one at the end of the ramp-up', async () => {
    const late = { number: '3', rampUp: '2', 'ThreadGroup.delayedStart': 'true' };
    expect(await threads(users(late, a))).toEqual(['Users 1-1@0', 'Users 1-2@1000', 'Users 1-3@2000']);
  });

  it('ends at its start, delay and duration together, and looks after each sample', async () => {
    const ran = await run(plan({}, users({ loops: '-1', ...scheduler('2', '1') }, request('a', { ms: '700' }))));
    expect(seen(ran)).toEqual(['a@1000', 'a@1700', 'a@2400']);
    expect(ran.ended).toBe(3100);
  });

  it('begins no sample whose timer outlasts the end', async () => {
    const timer = el('ConstantTimer', { 'ConstantTimer.delay': '900' });
    const ran = await run(plan({}, users({ loops: '-1', ...scheduler('2') }, timer, a)));
    expect([seen(ran), ran.ended]).toEqual([['a@900', 'a@1800'], 1800]);
  });

  it('has the ramp-up inside of the duration: who comes later makes one sample', async () => {
    const group = { loops: '-1', number: '3', rampUp: '6', ...scheduler('3') };
    expect(await threads(users(group, request('a', { ms: '1000' })))).toEqual([
      ...['Users 1-1@0', 'Users 1-1@1000', 'Users 1-2@2000', 'Users 1-1@2000', 'Users 1-3@4000'],
    ]);
  });

  it('is broken off two minutes after its end where an answer never ends', async () => {
    const ran = await run(plan({}, users({ loops: '-1', ...scheduler('2') }, request('a', { ms: '9000000' }))));
    expect(ran.ended).toBe(122_000);
    expect(ran.notes).toEqual(['Users: Answers that had not ended 120 s after its end are broken off.']);
  });

  it('breaks nothing off where only users of other workers are still at work', async () => {
    const counts = new Counts(Counts.memory(1));
    counts.add(0, 1);
    const ran = await run(plan({}, users({ loops: '-1', ...scheduler('2') }, request('a', { ms: '500' }))), { counts });
    expect([ran.ended, ran.notes]).toEqual([2000, []]);
  });

  it.each([
    ['0', '0'],
    ['-1', '0'],
    ['', '0'],
    ['5', '-1'],
  ])('is left out with a duration of "%s" and a delay of %s', async (duration, delay) => {
    const ran = await run(plan({}, users({ name: 'A', ...scheduler(duration, delay) }, a), users({ name: 'B' }, a)));
    expect(ran.samples.map(({ sample }) => sample.thread)).toEqual(['B 2-1']);
    expect(ran.notes).toHaveLength(1);
  });

  it('has infinitely many iterations where its loop says so, or does not say whether it goes on', async () => {
    const bare = bean('LoopController', { 'LoopController.loops': '1' });
    const ran = await run(
      plan({}, users({ ...scheduler('1'), 'ThreadGroup.main_controller': bare as never }, request('a', { ms: '300' }))),
    );
    expect(seen(ran)).toEqual(['a@0', 'a@300', 'a@600', 'a@900']);
  });

  it('reads its numbers with properties', async () => {
    const { samples } = await run(plan({}, users({ number: '${__P(users,1)}' }, a)), { properties: { users: '5' } });
    expect(samples).toHaveLength(5);
  });

  it('leads thousands of users in no time', async () => {
    const ran = await run(
      plan(
        {},
        users(
          { number: '2000', rampUp: '10', loops: '-1', ...scheduler('20') },
          el('ConstantTimer', { 'ConstantTimer.delay': '500' }),
          a,
        ),
      ),
    );
    const expected = Array.from({ length: 2000 }, (_, user) => Math.floor((20_000 - user * 5) / 500)).reduce(
      (sum, each) => sum + each,
    );
    expect(ran.samples.length).toBe(expected);
    expect(ran.late).toBe(0);
  });

  it('tells how many users are at work', async () => {
    const { samples } = await run(
      plan({}, users({ number: '2' }, request('a', { ms: '10' })), users({ name: 'B' }, request('b', { ms: '20' }))),
    );
    expect(samples.map(({ sample }) => [sample.thread, sample.groupThreads, sample.allThreads])).toEqual([
      ['Users 1-1', 2, 3],
      ['Users 1-2', 2, 3],
      ['B 2-1', 1, 1],
    ]);
  });
});

describe('set-up and tear-down', () => {
  const all = (order: Record<string, string>, error = 'continue') =>
    plan(
      order,
      users({ kind: 'PostThreadGroup', name: 'down' }, request('down', { ms: '10' })),
      users(
        { name: 'one', 'ThreadGroup.on_sample_error': error },
        request('one', { ms: '10', ok: error === 'continue' ? 'true' : 'false' }),
      ),
      users({ name: 'two' }, request('two', { ms: '20' })),
      users({ kind: 'SetupThreadGroup', name: 'up-1' }, request('up-1', { ms: '10' })),
      users({ kind: 'SetupThreadGroup', name: 'up-2' }, request('up-2', { ms: '20' })),
    );

  it('come before and after the others, each kind together', async () => {
    expect(seen(await run(all({})))).toEqual(['up-1@0', 'up-2@0', 'one@20', 'two@20', 'down@40']);
  });

  it('wait for one another where groups are serialized', async () => {
    expect(seen(await run(all({ 'TestPlan.serialize_threadgroups': 'true' })))).toEqual([
      'up-1@0',
      'up-2@10',
      'one@30',
      'two@40',
      'down@60',
    ]);
  });

  it('tear down after a stop only where the plan says so', async () => {
    expect(seen(await run(all({}, 'stoptest')))).toEqual(['up-1@0', 'up-2@0', 'one@20', 'two@20']);
    expect(seen(await run(all({ 'TestPlan.tearDown_on_shutdown': 'true' }, 'stoptest')))).toEqual([
      ...['up-1@0', 'up-2@0', 'one@20', 'two@20', 'down@40'],
    ]);
  });

  it('are all that runs where set-up is stopped', async () => {
    const stopped = plan(
      { 'TestPlan.tearDown_on_shutdown': 'true' },
      users({ kind: 'SetupThreadGroup', 'ThreadGroup.on_sample_error': 'stoptest' }, request('up', { ok: 'false' })),
      users({}, a),
      users({ kind: 'PostThreadGroup' }, request('down')),
    );
    expect((await run(stopped)).labels).toEqual(['up']);
  });
});

describe('ultimate thread group', () => {
  it('has rows of users that come, stay and go', async () => {
    const row = (...cells: string[]) => list(...cells);
    const group = el(
      'kg.apc.jmeter.threads.UltimateThreadGroup',
      {
        name: 'U',
        'ThreadGroup.main_controller': loopBean('-1'),
        ultimatethreadgroupdata: list(row('2', '1', '4', '10', '2'), row('1', '0', '0', '3', '0')),
      },
      request('a', { ms: '1000' }),
    );
    const { samples } = await run(plan({}, group));
    const spans = ['U 1-1', 'U 1-2', 'U 1-3'].map((name) => {
      const own = samples.filter(({ sample }) => sample.thread === name);
      return [own[0]?.at, (own.at(-1)?.at ?? 0) + 1000];
    });
    // Of the first row the first user comes and goes last.
    expect(spans).toEqual([
      [5000, 17_000],
      [3000, 16_000],
      [0, 3000],
    ]);
  });
});

describe('stepping thread group', () => {
  it('comes and goes in steps', async () => {
    const group = el(
      'kg.apc.jmeter.threads.SteppingThreadGroup',
      {
        ...{ name: 'S', 'ThreadGroup.num_threads': '5', 'Threads initial delay': '1', 'Start users count': '2' },
        ...{ 'Start users count burst': '1', 'Start users period': '10', rampUp: '4', flighttime: '20' },
        ...{ 'Stop users count': '3', 'Stop users period': '5', 'ThreadGroup.main_controller': loopBean('-1') },
      },
      request('a', { ms: '500' }),
    );
    const { samples } = await run(plan({}, group));
    const spans = [1, 2, 3, 4, 5].map((number) => {
      const own = samples.filter(({ sample }) => sample.thread === `S 1-${number}`);
      return [own[0]?.at, (own.at(-1)?.at ?? 0) + 500];
    });
    // 1 + 2 steps of 14 s + the last step's 2 users of 2 s each + 20 s.
    const descent = 1000 + 28_000 + 4000 + 20_000;
    expect(spans).toEqual([
      [1000, descent],
      [15_000, descent],
      [17_000, descent],
      [29_000, descent + 5000],
      [31_000, descent + 5000],
    ]);
  });
});

describe('concurrency thread group', () => {
  const group = (properties: Record<string, string>, ...children: Part[]) =>
    el(
      'com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup',
      { name: 'C', Unit: 'S', ...properties },
      ...children,
    );

  it('keeps so many users at work, by steps, until its end', async () => {
    const settings = { TargetLevel: '4', RampUp: '4', Steps: '2', Hold: '3' };
    const ran = await run(plan({}, group(settings, request('a', { ms: '300' }))));
    const within = (second: number) => ran.samples.filter(({ at }) => Math.floor(at / 1000) === second);
    const users = (second: number) => new Set(within(second).map(({ sample }) => sample.thread)).size;
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(users)).toEqual([2, 2, 4, 4, 4, 4, 4, 0]);
    // What is under way at the end is finished.
    expect(ran.ended).toBe(7200);
  });

  it('replaces who has had its iterations', async () => {
    const ran = await run(
      plan({}, group({ TargetLevel: '1', RampUp: '', Hold: '2', Iterations: '2' }, request('a', { ms: '500' }))),
    );
    expect(ran.samples.map(({ at, sample }) => `${sample.thread}@${at}`)).toEqual([
      'C 1-1@0',
      'C 1-1@500',
      'C 1-2@1000',
      'C 1-2@1500',
    ]);
  });
});

describe('arrivals thread group', () => {
  const group = (properties: Record<string, string>, ...children: Part[]) =>
    el(
      'com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup',
      { name: 'A', Unit: 'S', ...properties },
      ...children,
    );

  it('has so many iterations a second, by users that are free or new', async () => {
    const ran = await run(plan({}, group({ TargetLevel: '2', RampUp: '0', Hold: '3' }, request('a', { ms: '700' }))));
    expect(ran.samples.map(({ at, sample }) => `${sample.thread}@${at}`)).toEqual([
      ...['A 1-1@0', 'A 1-2@500', 'A 1-1@1000', 'A 1-2@1500', 'A 1-1@2000', 'A 1-2@2500'],
    ]);
    expect(ran.samples.map(({ at, sample }) => (sample.intended ?? 0) - 1_000_000 - at)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('rises in steps or evenly', async () => {
    const steps = await run(plan({}, group({ TargetLevel: '4', RampUp: '2', Steps: '2', Hold: '1' }, a)));
    expect(steps.samples.map(({ at }) => at)).toEqual([0, 500, 1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750]);
    const line = await run(plan({}, group({ TargetLevel: '2', RampUp: '4', Hold: '1' }, a)));
    expect(line.samples.map(({ at }) => Math.round(at))).toEqual([0, 2000, 2828, 3464, 4000, 4500]);
  });

  it('counts per minute where it says so', async () => {
    const ran = await run(plan({}, group({ TargetLevel: '60', RampUp: '0', Hold: '0.05', Unit: 'M' }, a)));
    expect(ran.samples.map(({ at }) => at)).toEqual([0, 1000, 2000]);
  });

  it('drops what would be too many at once, and ends with its limit of arrivals', async () => {
    const slow = request('a', { ms: '10000' });
    const ran = await run(plan({}, group({ TargetLevel: '1', Hold: '5', ConcurrencyLimit: '2' }, slow)));
    expect([ran.samples.length, ran.dropped]).toEqual([2, 3]);
    const limited = await run(plan({}, group({ TargetLevel: '10', Hold: '60', ArrivalsLimit: '3' }, a)));
    expect(limited.samples.map(({ at }) => at)).toEqual([0, 100, 200]);
  });

  it('has a free form', async () => {
    const schedule = list(list('1', '1', '2'), list('0', '0', '2'), list('2', '2', '1'));
    const ran = await run(
      plan(
        {},
        el('com.blazemeter.jmeter.threads.arrivals.FreeFormArrivalsThreadGroup', { Unit: 'S', Schedule: schedule }, a),
      ),
    );
    expect(ran.samples.map(({ at }) => Math.round(at))).toEqual([0, 1000, 2000, 4000, 4500]);
  });
});

describe('several processes and workers', () => {
  it('have each user once', async () => {
    const root = plan(
      {},
      users({ number: '10', rampUp: '10' }, request('${__threadNum}')),
      users({ kind: 'SetupThreadGroup' }, request('up')),
    );
    const parts = [];
    for (const index of [0, 1])
      for (const worker of [0, 1, 2])
        parts.push(await run(root, { share: { index, of: 2 }, worker: { index: worker, of: 3 } }));
    expect(parts.flatMap(({ labels }) => labels).sort()).toEqual([
      '1',
      '10',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      'up',
    ]);
    expect(Math.max(...parts.map(({ labels }) => labels.length))).toBe(3);
  });
});
