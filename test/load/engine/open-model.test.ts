import { describe, expect, it } from 'vitest';
import { momentsOf, openModelThreadGroup } from '../../../src/load/engine/groups/open-model.ts';
import { parseSchedule, ScheduleError } from '../../../src/load/engine/groups/schedule.ts';
import { JavaRandom } from '../../../src/load/engine/java-random.ts';
import { el, type Part, placed, plan, request, run } from './rig.ts';

const rate = (value: number) => ({ is: 'rate', rate: value });
const even = (seconds: number) => ({ is: 'arrivals', random: false, seconds });
const random = (seconds: number) => ({ is: 'arrivals', random: true, seconds });

describe('the language of schedules', () => {
  it.each([
    ['rate(10/sec) random_arrivals(1 min)', [rate(10), random(60)]],
    ['RATE(60 PER MIN) Even_Arrivals(1 hour 2 min 3 s)', [rate(1), even(3723)]],
    ['rate(36/h)even_arrivals(500 ms) // to the end', [rate(0.01), even(0.5)]],
    ['rate(1.5/s) /* a\n(comment */ even_arrivals(.5 d)', [rate(1.5), even(43_200)]],
    ['rate(0) even_arrivals(0)', [rate(0), even(0)]],
    ['pause(5 s)', [even(5), rate(0)]],
    ['rate(2/sec) pause(1 sec)', [rate(2), rate(2), rate(0), even(1), rate(0), rate(2)]],
    ['7', [rate(7), even(1), rate(7), rate(0), even(3600)]],
    ['', []],
  ])('%s', (text, steps) => {
    expect(parseSchedule(text)).toEqual(steps);
  });

  it.each([
    ['rate(10)', 'there is ")" where "/" should be'],
    ['rate(10/sec', 'it ends where ")" should be'],
    ['rate(x/sec)', 'there is "x" where a number should be'],
    ['rats(1/sec)', '"rats" is none of'],
    ['even_arrivals(1 fortnight)', '"fortnight" is no unit of time'],
    ['rate(-1/sec)', `can't be read`],
    [' '.repeat(30_000), 'longer than'],
  ])('refuses %s', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(ScheduleError);
    expect(() => parseSchedule(text)).toThrow(message);
  });
});

describe('arrivals of a schedule', () => {
  const moments = (text: string, chance: () => number = () => 0.25) =>
    [...momentsOf(parseSchedule(text), chance)].map((at) => Math.round(at * 1000) / 1000);

  it('are even where the rate stays', () => {
    expect(moments('rate(2/s) even_arrivals(2 s) pause(1 s) even_arrivals(1 s)')).toEqual([0, 0.5, 1, 1.5, 3, 3.5]);
  });

  it('follow a rate that changes', () => {
    expect(moments('rate(0/s) even_arrivals(4 s) rate(2/s)')).toEqual([0, 2, 2.828, 3.464]);
    expect(moments('rate(2/s) even_arrivals(4 s) rate(0/s)')).toEqual([0, 0.536, 1.172, 2]);
  });

  it('are as many as the rate says where they are random', () => {
    const java = new JavaRandom(42n);
    const all = moments('rate(100/s) random_arrivals(10 s)', () => java.nextDouble());
    expect(all).toHaveLength(1000);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(all.filter((at) => at < 5).length).toBeGreaterThan(400);
    const rising = moments('rate(0/s) random_arrivals(10 s) rate(100/s)', () => java.nextDouble());
    expect(rising).toHaveLength(500);
    expect(rising.filter((at) => at < 5).length / 500).toBeCloseTo(0.25, 1);
  });

  it('have the numbers of Java’s own random', () => {
    const java = new JavaRandom(42n);
    // new java.util.Random(42): nextDouble, nextDouble; with seed 1: nextInt(100) three times, nextInt(16).
    expect([java.nextDouble(), java.nextDouble()]).toEqual([0.7275636800328681, 0.6832234717598454]);
    const one = new JavaRandom(1n);
    expect([one.nextInt(100), one.nextInt(100), one.nextInt(100)]).toEqual([85, 88, 47]);
  });
});

describe('open model thread group', () => {
  const group = (schedule: string, ...children: Part[]) =>
    el('OpenModelThreadGroup', { name: 'O', 'OpenModelThreadGroup.schedule': schedule }, ...children);
  const a = request('a');

  it('begins a new user for each arrival, with its intended start', async () => {
    const ran = await run(
      plan({}, group('rate(2/s) even_arrivals(2 s)', request('a', { ms: '10' }), request('b', { ms: '10' }))),
    );
    expect(ran.samples.map(({ label, at, sample }) => [label, sample.thread, at, sample.intended])).toEqual(
      [0, 1, 2, 3].flatMap((number) => [
        ['a', `O 1-${number + 1}`, number * 500, 1_000_000 + number * 500],
        ['b', `O 1-${number + 1}`, number * 500 + 10, 1_000_000 + number * 500 + 10],
      ]),
    );
    expect(ran.ended).toBe(1520);
  });

  it('counts the timers before the first sample into its intended start', async () => {
    const timer = el('ConstantTimer', { 'ConstantTimer.delay': '100' });
    const ran = await run(plan({}, group('rate(1/s) even_arrivals(1 s) pause(1 s)', timer, a)));
    expect(ran.samples.map(({ at, sample }) => [at, sample.intended])).toEqual([[100, 1_000_100]]);
  });

  it('breaks off who is still at work when the schedule is over', async () => {
    const ran = await run(plan({}, group('rate(1/s) even_arrivals(2 s) pause(1 s)', request('a', { ms: '2500' }), a)));
    expect(ran.samples.map(({ at, sample }) => [at, sample.elapsed, sample.success])).toEqual([
      [0, 2500, true],
      [2500, 0, true],
      [1000, 2000, false],
    ]);
    expect(ran.ended).toBe(3000);
  });

  it('does not begin the next loop of anybody who has only one', async () => {
    const part = { ...group('rate(1/s) even_arrivals(1 s)', request('f', { ok: 'false' }), a) };
    const properties = new Map([...part.properties, ['ThreadGroup.on_sample_error', 'startnextloop']]);
    expect((await run(plan({}, { ...part, properties }))).labels).toEqual(['f', 'a']);
  });

  it('drops what would be more than ten thousand users', async () => {
    const ran = await run(
      plan({}, group('rate(6000/s) even_arrivals(2 s) pause(1 min)', request('a', { ms: '10000' }))),
    );
    expect([ran.samples.length, ran.dropped]).toEqual([10_000, 2000]);
  });

  it.each([
    ['rate(2000000/s) even_arrivals(1 s)', 'no generator makes 2000000 requests a second'],
    ['rate(100000/s) random_arrivals(1 h)', '3600 s of random arrivals are more than 20000000 of them'],
  ])('refuses what no machine could do: %s', (text, why) => {
    const refusals = openModelThreadGroup.inspect?.(placed(group(text)));
    expect(refusals?.map(({ what }) => what)).toEqual([`its schedule can't be read: ${why}`]);
  });

  it('deals arrivals to processes and workers', async () => {
    const root = plan({}, group('rate(10/s) even_arrivals(1 s) pause(1 s)', a));
    const parts = [];
    for (const index of [0, 1])
      for (const worker of [0, 1])
        parts.push(await run(root, { share: { index, of: 2 }, worker: { index: worker, of: 2 } }));
    expect(parts.flatMap(({ samples }) => samples.map(({ at }) => at)).sort((x, y) => x - y)).toEqual([
      0, 100, 200, 300, 400, 500, 600, 700, 800, 900,
    ]);
  });

  it('says where a computed schedule can’t be read', async () => {
    const ran = await run(plan({}, group('${__P(s)}', a)));
    expect([ran.labels, ran.notes.length]).toEqual([['a'], 0]);
    const wrong = await run(plan({}, group('${__P(s)}', a)), { properties: { s: 'rate(' } });
    expect([wrong.labels, wrong.notes]).toEqual([
      [],
      ['O: Its schedule can’t be read, so that nobody arrives: it ends where a number should be.'.replace('’', "'")],
    ]);
  });
});
