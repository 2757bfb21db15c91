import { describe, expect, it } from 'vitest';
import type { GeneratorFigures, LoadFigures, PlanFinding } from '../../../src/domain/load.ts';
import type { Threshold } from '../../../src/domain/spec.ts';
import { blameOf, judge } from '../../../src/load/stats/expect.ts';
import { Spell } from '../../../src/load/stats/spell.ts';

const times = { min: 1, mean: 20, median: 15, p90: 40, p95: 50, p99: 90, p999: 120, max: 150.25 };
const total: LoadFigures = {
  ...{ name: '', samples: 2000, ok: 1990, failed: 8, unknown: 2, errorPercent: 0.5, rate: 40.5 },
  ...{ receivedPerSecond: 1e4, sentPerSecond: 1e3, averageBytes: 250, apdex: 0.97, service: times },
};
const generator: GeneratorFigures = { workers: 1, machines: 1, busiest: 0.4, lag: 0.2, late: 0, dropped: 0 };
const left: PlanFinding = {
  kind: 'unsupported',
  path: 'Test Plan > JDBC',
  line: 3,
  what: 'JDBC Request',
  consequence: 'not sent',
};
const good: LoadFigures = { ...total, ok: 2000, failed: 0, unknown: 0, errorPercent: 0 };

function threshold(text: string, label?: string): Threshold {
  const [, figure, is, value] = /^(\S+) (\S+) ([\d.]+)/.exec(text) ?? [];
  return { text, figure, is, value: Number(value), ...(label !== undefined && { label }) } as Threshold;
}

function judged(texts: readonly string[], change: Partial<Parameters<typeof judge>[0]> = {}) {
  return judge(
    { total, labels: [], generator, findings: [], ...change },
    texts.map((text) => threshold(text)),
  );
}

describe('an expectation', () => {
  it.each([
    ['samples >= 2000', true, '2000'],
    ['samples > 2000', false, '2000'],
    ['errors <= 10', true, '10'],
    ['errors == 0', false, '10'],
    ['error% < 0.5', false, '0.5%'],
    ['rate >= 40.5', true, '40.5/s'],
    ['min >= 1', true, '1 ms'],
    ['mean < 20', false, '20 ms'],
    ['median < 16', true, '15 ms'],
    ['p90 <= 40', true, '40 ms'],
    ['p95 < 40', false, '50 ms'],
    ['p99 < 100', true, '90 ms'],
    ['p99.9 < 100', false, '120 ms'],
    ['max < 150.25', false, '150.3 ms'],
    ['apdex > 0.9', true, '0.97'],
  ])('%s: %s, and tells %s', (text, holds, measured) => {
    const { expectations, verdict } = judged(['errors <= 10', text]);
    expect(expectations[1]).toEqual({ text, holds, measured });
    expect(verdict).toEqual(holds ? { is: 'pass' } : { is: 'fail', why: [`${text}: it was ${measured}`] });
  });

  it('of times means the time from the intended start, where that is known', () => {
    const { expectations } = judged(['p99 < 100'], { total: { ...good, response: { ...times, p99: 700 } } });
    expect(expectations[0]).toEqual({ text: 'p99 < 100', holds: false, measured: '700 ms from the intended start' });
  });

  it('may be of one label', () => {
    const labels = [{ ...total, name: 'GET /', samples: 7 }];
    const of = (label: string) =>
      judge({ total: good, labels, generator, findings: [] }, [threshold('samples == 7', label)]);
    expect(of('GET /').verdict).toEqual({ is: 'pass' });
    expect(of('GET /x').verdict).toEqual({ is: 'void', why: ['samples == 7: no sample is called GET /x'] });
  });
});

describe('a verdict', () => {
  it.each([[[]], [['p99 < 100']], [['samples > 1', 'p99 < 100']]])(
    'fails where anything failed and nothing was said about errors: %j',
    (texts) => {
      const { expectations, verdict } = judged(texts);
      expect(expectations).toHaveLength(texts.length + 1);
      expect(expectations.at(-1)).toEqual({ text: 'errors == 0', holds: false, measured: '10', byDefault: true });
      expect(verdict).toEqual({ is: 'fail', why: ['errors == 0: it was 10'] });
      expect(judged(texts, { total: good }).verdict).toEqual({ is: 'pass' });
    },
  );

  it.each(['errors <= 10', 'error% < 1'])('is a pass with as many errors as were allowed: %s', (text) => {
    const { expectations, verdict } = judged([text, 'p99 < 100']);
    expect(expectations.map((each) => each.byDefault)).toEqual([undefined, undefined]);
    expect(verdict).toEqual({ is: 'pass' });
  });

  it('is void without a sample, whatever was expected', () => {
    const none = { total: { ...good, samples: 0, ok: 0 } };
    for (const texts of [[], ['errors == 0'], ['p99 < 100'], ['samples == 0']])
      expect(judged(texts, none).verdict).toEqual({ is: 'void', why: ['there was no sample'] });
  });

  it.each([
    ['p90', 10],
    ['p95', 20],
    ['p99', 100],
    ['p99.9', 1000],
  ])('is void where there are too few samples for %s: fewer than %i', (figure, needed) => {
    const of = (samples: number, ...more: string[]) =>
      judged([`${figure} < 1000`, ...more], { total: { ...good, samples } });
    expect(of(needed).verdict).toEqual({ is: 'pass' });
    const why = [`${figure} < 1000: ${needed - 1} samples are too few, it takes ${needed}`];
    expect(of(needed - 1).verdict).toEqual({ is: 'void', why });
    expect(of(needed - 1).expectations[0]?.holds).toBe(false);
    expect(of(needed - 1, 'max < 100').verdict).toEqual({ is: 'fail', why: ['max < 100: it was 150.3 ms'] });
  });

  it('is void where the generator was the bottleneck, even if an expectation does not hold', () => {
    const bottleneck = 'the generator was the bottleneck';
    const { verdict } = judged(['max < 100'], { total: good, generator: { ...generator, bottleneck } });
    expect(verdict).toEqual({ is: 'void', why: [bottleneck] });
  });

  it('is a failure where errors were not expected, bottleneck or not', () => {
    const bottleneck = 'the generator was the bottleneck';
    const { verdict } = judged(['max < 100', 'errors == 0'], { generator: { ...generator, bottleneck } });
    expect(verdict).toEqual({ is: 'fail', why: ['errors == 0: it was 10'] });
  });

  it('is never a pass where starts were dropped; but what fails under less load than wanted, fails', () => {
    const dropped = { total: good, generator: { ...generator, dropped: 12 } };
    const why = ['12 requests were not made, since all users were at work'];
    expect(judged(['max < 200'], dropped).verdict).toEqual({ is: 'void', why });
    expect(judged(['max < 100'], dropped).verdict).toMatchObject({ is: 'fail' });
  });

  it('is never a pass where parts of the plan were left out; what only has no effect does not matter', () => {
    const verdict = (...findings: PlanFinding[]) => judged([], { total: good, findings }).verdict;
    expect(verdict(left)).toEqual({ is: 'void', why: ['a part of the plan was left out'] });
    expect(verdict(left, left)).toEqual({ is: 'void', why: ['2 parts of the plan were left out'] });
    expect(verdict({ ...left, kind: 'skipped' })).toEqual({ is: 'pass' });
  });
});

/** A run of so many seconds, in which something was true for so many, one after another. */
function run({ late = 0, busy = 0, delaying = 0, lagging = 0, seconds = 60, samples = 1000, seesWaiting = true }) {
  const spell = (length: number) => Object.assign(new Spell(), { all: length, longest: length });
  const spells = { saturation: spell(busy), delay: spell(Math.max(delaying, lagging)), lag: spell(lagging) };
  return blameOf({ late, seconds, ...spells }, samples, seesWaiting);
}

describe('the generator', () => {
  it.each([
    ['nothing of note', {}, {}],
    ['late starts that are few of many', { late: 99 }, {}],
    ['a tenth of the starts late', { late: 100 }, { bottleneck: '10 % of the requests began late' }],
    ['nine late starts of ten, which may be chance', { late: 9, samples: 10 }, {}],
    ['ten late starts of twenty', { late: 10, samples: 20 }, { bottleneck: '50 % of the requests began late' }],
    ['two busy seconds', { late: 20, busy: 2 }, {}],
    [
      'busy seconds and late starts',
      { late: 25, busy: 4 },
      { bottleneck: 'its CPU was used up for 4 seconds, and 2.5 % of the requests began late' },
    ],
    ['three busy seconds of many', { late: 9, busy: 3 }, {}],
    [
      'requests that wait inside it, though none is ever due',
      { lagging: 30 },
      {
        bottleneck:
          'for 30 of 60 seconds answers waited in it for more than 25 ms, and more than a fifth of their time',
      },
    ],
    [
      'requests that wait less',
      { delaying: 30 },
      {
        delay:
          'for 30 of 60 seconds answers waited in it for more than 10 ms, and more than a fifth of their time, so the site may answer faster than was measured',
      },
    ],
    ['three seconds of that in an hour', { delaying: 3, seconds: 3600 }, {}],
    ['three such seconds of an hour', { lagging: 3, seconds: 3600 }, {}],
    [
      'a CPU that is used up, and nothing that waits',
      { busy: 50 },
      {
        limit: 'its CPU was used up for 50 of 60 seconds, so the site may do more than was measured',
      },
    ],
    ['no sample at all', { samples: 0, late: 20 }, {}],
  ])('with %s', (_, given, expected) => {
    const { bottleneck, limit, delay } = run(given);
    const began = {
      bottleneck: 'the generator was the bottleneck: ',
      limit: 'the generator was the bottleneck of the rate: ',
      delay: 'the generator delayed answers: ',
    };
    const wanted = (key: keyof typeof began) =>
      (expected as typeof began)[key] === undefined ? undefined : began[key] + (expected as typeof began)[key];
    const expectedOnes = { bottleneck: wanted('bottleneck'), limit: wanted('limit'), delay: wanted('delay') };
    expect({ bottleneck, limit, delay }).toEqual(expectedOnes);
  });

  it('is the bottleneck with a CPU that is used up where nobody sees whether anything waited', () => {
    expect(run({ busy: 50, seesWaiting: false })).toEqual({
      bottleneck: 'the generator was the bottleneck: its CPU was used up for 50 of 60 seconds',
    });
  });

  it('that delayed answers is no reason to doubt what holds, and may be why something does not', () => {
    const delay = 'the generator delayed answers';
    const slow = { total: good, generator: { ...generator, delay } };
    expect(judged(['max < 200'], slow).verdict).toEqual({ is: 'pass' });
    const why = [delay, 'max < 100: it was 150.3 ms'];
    expect(judged(['max < 100'], slow).verdict).toEqual({ is: 'void', why });
    expect(judged(['rate > 50'], slow).verdict).toMatchObject({ is: 'void' });
  });

  it('at its limit is no reason to doubt what holds, and may be why too little was done, but not why it took long', () => {
    const limit = 'the generator was at its limit';
    const atLimit = { total: good, generator: { ...generator, limit } };
    expect(judged(['max < 200'], atLimit).verdict).toEqual({ is: 'pass' });
    expect(judged(['rate > 50', 'max < 200'], atLimit)).toMatchObject({
      expectations: [{ holds: false }, { holds: true }, { holds: true }],
      verdict: { is: 'void', why: [limit, 'rate > 50: it was 40.5/s'] },
    });
    expect(judged(['samples > 5000'], atLimit).verdict).toMatchObject({ is: 'void' });
    for (const text of ['max < 100', 'p99 < 80', 'apdex > 0.99'])
      expect(judged(['rate > 50', text], atLimit).verdict).toEqual({
        is: 'fail',
        why: [expect.stringContaining(`${text}: it was`)],
      });
    expect(judged(['rate > 50'], { ...atLimit, total }).verdict).toEqual({
      is: 'fail',
      why: ['errors == 0: it was 10'],
    });
  });
});
