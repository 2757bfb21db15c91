import { describe, expect, it } from 'vitest';
import { poisson } from '../../../src/load/engine/timers/poisson.ts';
import { el, type Part, plan, request, run, seen, users, variables } from './rig.ts';

const a = request('a');
const constant = (delay: string) => el('ConstantTimer', { 'ConstantTimer.delay': delay });

/** When one user's samples begin. */
async function times(loops: string, ...parts: Part[]): Promise<number[]> {
  return (await run(plan({}, users({ loops }, ...parts)))).samples.map(({ at }) => at);
}

describe('simple timers', () => {
  it('are summed, before every sampler in their scope', async () => {
    const inner = request('b', {}, constant('5'));
    expect(seen(await run(plan({}, constant('1000'), users({}, constant('100'), a, inner))))).toEqual([
      'a@1100',
      'b@2205',
    ]);
  });

  it('read their delay each time', async () => {
    expect(
      await times(
        '2',
        variables({ d: '10' }),
        constant('${d}'),
        request('a', {}, el('Set', { name: 'd', value: '30' })),
      ),
    ).toEqual([10, 40]);
  });

  it.each([
    ['UniformRandomTimer', 100, 50, 125],
    ['GaussianRandomTimer', 1000, 20, 1000],
    ['PoissonRandomTimer', 100, 50, 150],
    ['PoissonRandomTimer', 100, 9, 109],
  ])('%s around %i and %i', async (kind, offset, range, mean) => {
    const timer = el(kind, { 'ConstantTimer.delay': `${offset}`, 'RandomTimer.range': `${range}` });
    const starts = await times('2000', timer, a);
    const delays = starts.map((at, index) => at - (starts[index - 1] ?? 0));
    expect((starts.at(-1) ?? 0) / 2000 / mean).toBeCloseTo(1, 1);
    expect(new Set(delays).size).toBeGreaterThan(5);
    expect(delays.every((delay) => Number.isInteger(delay) && delay >= 0)).toBe(true);
    if (kind === 'UniformRandomTimer') expect(Math.min(...delays) >= 100 && Math.max(...delays) < 150).toBe(true);
  });

  it.each([3, 30, 31, 200])('draws Poisson numbers of mean %i with that variance', (mean) => {
    const all = Array.from({ length: 4000 }, () => poisson(mean, Math.random));
    const average = all.reduce((sum, each) => sum + each) / all.length;
    const variance = all.reduce((sum, each) => sum + (each - average) ** 2, 0) / all.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / all.length));
    expect(variance / mean).toBeGreaterThan(0.85);
    expect(variance / mean).toBeLessThan(1.15);
  });
});

describe('constant throughput timer', () => {
  const timer = (perMinute: number, calcMode: string) =>
    el('ConstantThroughputTimer', { throughput: `${perMinute}`, calcMode });

  it.each(['0', 'calcMode.1', 'this thread only'])('of each user (%s): from target to target', async (mode) => {
    expect(await times('4', timer(600, mode), request('a', { ms: '30' }))).toEqual([0, 100, 200, 300]);
  });

  it('begins at once, and anew from there, where it is late', async () => {
    const slow = request('a', { ms: '${ms}' }, el('Set', { name: 'ms', value: '30' }));
    expect(await times('4', variables({ ms: '250' }), timer(600, '0'), slow)).toEqual([0, 250, 350, 450]);
  });

  it.each([
    ['1', [0, 0, 200, 200, 400, 400]],
    ['2', [0, 0, 200, 200, 400, 400]],
  ])('of all users (%s): each waits as many times longer as there are users', async (mode, expected) => {
    const ran = await run(plan({}, users({ number: '2', loops: '3' }, timer(600, mode), request('a', { ms: '1' }))));
    expect(ran.samples.map(({ at }) => at)).toEqual(expected);
  });

  it('of a group counts only that group’s users, of all counts all', async () => {
    const others = users({ name: 'Others' }, request('o', { ms: '10000' }));
    const of = async (mode: string) =>
      (await run(plan({}, users({ loops: '2' }, timer(600, mode), a), others))).samples.filter(
        ({ label }) => label === 'a',
      )[1]?.at;
    expect([await of('1'), await of('2')]).toEqual([200, 100]);
  });

  it.each(['3', '4'])('has one schedule for all (%s)', async (mode) => {
    const ran = await run(plan({}, users({ number: '4', loops: '5' }, timer(600, mode), request('a', { ms: '1' }))));
    const starts = ran.samples.map(({ at }) => at);
    // Each user's first sample does not wait, though its place in the schedule is taken; others begin earlier by a sample's time.
    expect(starts.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(starts.slice(4)).toEqual(Array.from({ length: 16 }, (_, index) => 399 + index * 100));
  });

  it('has a part of the schedule of all generators', async () => {
    const ran = await run(plan({}, users({ number: '4', loops: '3' }, timer(600, '3'), request('a', { ms: '1' }))), {
      share: { index: 0, of: 2 },
    });
    expect(ran.samples.map(({ at }) => at)).toEqual([0, 0, 399, 599, 799, 999]);
  });
});

describe('precise throughput timer', () => {
  const timer = (properties: Record<string, string>) =>
    el('PreciseThroughputTimer', { throughput: '50', throughputPeriod: '1', duration: '10', ...properties });

  it('has exactly so many samples per period, at random', async () => {
    const { samples } = await run(plan({}, users({ number: '20', loops: '50' }, timer({}), a)));
    const inPeriod = (period: number) => samples.filter(({ at }) => Math.floor(at / 10_000) === period).length;
    expect([inPeriod(0), inPeriod(1)]).toEqual([500, 500]);
    expect(new Set(samples.map(({ at }) => at)).size).toBeGreaterThan(450);
  });

  it('has batches', async () => {
    const { samples } = await run(plan({}, users({ number: '10', loops: '5' }, timer({ batchSize: '5' }), a)));
    const counts = Object.values(Object.groupBy(samples, ({ at }) => at)).map((group) => (group?.length ?? 0) % 5);
    expect(new Set(counts)).toEqual(new Set([0]));
  });

  it('repeats itself with a seed, and ends users whose turn is after their end', async () => {
    const once = async () => {
      const group = { loops: '-1', 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': '2' };
      return run(plan({}, users(group, timer({ randomSeed: '7' }), a)));
    };
    const [first, second] = [await once(), await once()];
    expect(seen(first)).toEqual(seen(second));
    expect(first.samples.length).toBeGreaterThan(60);
    expect(first.ended).toBeLessThanOrEqual(2000);
  });
});

describe('synchronizing timer', () => {
  const sync = (properties: Record<string, string>) => el('SyncTimer', properties);
  const three = { number: '3', rampUp: '3' };

  it.each([
    ['all users of the group', { groupSize: '0' }, [2000, 2000, 2000]],
    ['so many at a time', { groupSize: '2' }, [1000, 1000]],
    ['no longer than so long: then all who wait', { groupSize: '3', timeoutInMs: '1500' }, [1500, 1500]],
  ])('lets through %s', async (_, properties, expected) => {
    const group = { ...three, 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': '3', loops: '1' };
    const { samples } = await run(plan({}, users(group, sync(properties as Record<string, string>), a)));
    expect(samples.map(({ at }) => at).slice(0, expected.length)).toEqual(expected);
  });

  it('keeps nobody beyond a stop', async () => {
    const ran = await run(plan({}, users({}, sync({ groupSize: '5' }), a)), { at: [700, 'stop'] });
    expect([ran.labels, ran.ended]).toEqual([[], 700]);
  });
});

describe('late starts', () => {
  it('are counted where a sample begins more than 10 ms after its time', async () => {
    const delayed = {
      role: 'sampler' as const,
      title: 'Late',
      compile: (element: { readonly name: string }, scope: import('../../../src/load/engine/support.ts').Scope) => {
        const label = scope.template(element.name);
        return {
          label,
          sample: async (user: import('../../../src/load/engine/user.ts').User) => {
            const { newSample } = await import('../../../src/load/engine/leaf.ts');
            await user.run.clock.sleep(Number(element.name));
            return newSample(label.of(user), user.run.clock.now());
          },
        };
      },
    };
    const parts = ['10', '11', '30'].map((name) => el('Late', { name }));
    const ran = await run(plan({}, users({ loops: '2' }, constant('100'), ...parts)), { catalogue: { Late: delayed } });
    expect(ran.late).toBe(4);
  });
});
