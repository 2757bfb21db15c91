import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/load/sample.ts';
import { Accounts } from '../../../src/load/stats/accounts.ts';
import { bounds } from '../../../src/load/stats/book.ts';
import { sumOfDeltas } from '../../../src/load/stats/delta.ts';
import { Totals } from '../../../src/load/stats/totals.ts';
import { sampleOf } from '../samples.ts';

const idle = { users: 1, busy: 0.5 };

function measuredOf(samples: readonly Sample[]) {
  const [accounts, totals] = [new Accounts(), new Totals()];
  for (const each of samples) accounts.record(each);
  totals.add(accounts.take(idle));
  return totals.measured(0);
}

const samples = fc
  .record({
    label: fc.constantFrom('a', 'b', 'c', '__proto__'),
    start: fc.double({ min: 1e12, max: 1e12 + 1e5, noNaN: true }),
    wait: fc.option(fc.double({ min: 0, max: 500, noNaN: true }), { nil: undefined }),
    elapsed: fc.double({ min: 0, max: 4000, noNaN: true }),
    fate: fc.constantFrom('ok', 'failed', 'unknown'),
    code: fc.constantFrom('200', '500', 'Non HTTP response code: java.net.SocketException'),
    server: fc.constantFrom('', 'web-1', 'web-2'),
    received: fc.nat(5000),
    worker: fc.nat(3),
    /** Whether its worker tells right after it. */
    tells: fc.boolean(),
  })
  .map(({ wait, fate, worker, tells, ...rest }) => {
    const sample = sampleOf({ ...rest, success: fate === 'ok', unknown: fate === 'unknown' });
    if (wait !== undefined) sample.intended = sample.start - wait;
    return { sample, worker, tells };
  });

describe('accounts', () => {
  it('add up to the same, however samples are dealt to workers and whenever these tell', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 80 }), fc.boolean(), (all, merged) => {
        const workers = [0, 1, 2, 3].map(() => new Accounts());
        const totals = new Totals();
        const tell = (...from: Accounts[]) => {
          const deltas = JSON.parse(JSON.stringify(from.map((each) => each.take(idle))));
          for (const delta of merged ? [sumOfDeltas(deltas)] : deltas) totals.add(delta);
        };
        for (const { sample, worker, tells } of all) {
          const own = workers[worker] as Accounts;
          own.record(sample);
          if (tells) tell(own);
        }
        tell(...workers);
        expect(sorted(totals.measured(0))).toEqual(sorted(measuredOf(all.map(({ sample }) => sample))));
      }),
    );
  });

  it('tell samples that are ok, failed, and unknown apart, and what failed', () => {
    const reset = {
      code: 'Non HTTP response code: java.net.SocketException',
      message: 'Non HTTP response message: reset',
    };
    const { total, errors, codes } = measuredOf([
      sampleOf(),
      sampleOf({ success: false, code: '500', message: 'Internal Server Error' }),
      sampleOf({ success: false, failure: 'expected to contain /Web/' }),
      sampleOf({ ...reset, success: false, unknown: true }),
      sampleOf({ ...reset, success: false, unknown: true }),
    ]);
    expect(total).toMatchObject({ samples: 5, ok: 1, failed: 2, unknown: 2, errorPercent: 80 });
    expect(errors).toEqual([
      { ...reset, count: 2 },
      { code: '200', message: 'expected to contain /Web/', count: 1 },
      { code: '500', message: 'Internal Server Error', count: 1 },
    ]);
    expect(codes).toEqual({ '200': 2, '500': 1, [reset.code]: 2 });
  });

  it('rate answers by APDEX: to 500 ms, to 1,500 ms, later; a failure never satisfies', () => {
    const of = (elapsed: number, success = true) => measuredOf([sampleOf({ elapsed, success })]).total.apdex;
    expect([of(500), of(500.1), of(1500), of(1500.1), of(1, false)]).toEqual([1, 0.5, 0.5, 0, 0]);
    expect(measuredOf([sampleOf({ start: 5000, intended: 4000, elapsed: 20 })]).total.apdex).toBe(0.5);
  });

  it('takes requests without an intended start for punctual, beside those that have one', () => {
    const late = sampleOf({ label: 'open', start: 5000, intended: 4000, elapsed: 20 });
    const other = sampleOf({ label: 'closed', start: 5000, elapsed: 30 });
    for (const samples of [
      [late, other],
      [other, late],
    ]) {
      const { response } = measuredOf(samples).total;
      expect([response?.min, response?.max].map((each) => Math.round(each ?? 0))).toEqual([30, 1020]);
    }
  });

  it('count the response time from the moment at which a request should have begun', () => {
    const { total } = measuredOf([sampleOf({ start: 5000, intended: 4000, elapsed: 20 }), sampleOf()]);
    expect(total.service).toMatchObject({ min: 12, max: 20 });
    expect(total.response).toMatchObject({ min: 1020, max: 1020 });
    expect(measuredOf([sampleOf()]).total.response).toBeUndefined();
  });

  it('give rates over the time from the first start to the last end, by label and server too', () => {
    const { seconds, startedAt, total, labels, servers } = measuredOf([
      sampleOf({ start: 10_000, elapsed: 100, received: 1000, server: 'web-10' }),
      sampleOf({ start: 11_000, elapsed: 1000, received: 3000, server: 'web-9', label: 'other' }),
    ]);
    expect([seconds, startedAt]).toEqual([2, '1970-01-01T00:00:10.000Z']);
    expect(total).toMatchObject({ rate: 1, receivedPerSecond: 2000, averageBytes: 2000 });
    expect(labels.map(({ name, rate }) => [name, rate])).toEqual([
      ['GET /', 0.5],
      ['other', 0.5],
    ]);
    expect(servers.map(({ name }) => name)).toEqual(['web-9', 'web-10']);
  });

  it('keep the number of labels, servers, codes and errors in bounds, and lose no sample', () => {
    const many = Array.from({ length: 3 * bounds.labels }, (_, i) =>
      sampleOf({ label: `GET /${i}`, server: `web-${i}`, code: `${i}`, message: 'x'.repeat(1e4), success: false }),
    );
    const { total, labels, servers, errors, codes } = measuredOf(many);
    expect(total.samples).toBe(many.length);
    expect(labels.length).toBe(bounds.labels + 1);
    expect(labels.at(-1)).toMatchObject({ name: '(other labels)', samples: 2 * bounds.labels });
    for (const counts of [
      servers.map(({ samples }) => samples),
      Object.values(codes),
      errors.map(({ count }) => count),
    ]) {
      expect(counts.length).toBeLessThan(bounds.labels / 2);
      expect(counts.reduce((sum, count) => sum + count)).toBe(many.length);
    }
    expect(Math.max(...errors.map(({ message }) => message.length))).toBeLessThan(500);
  });

  it('are bounded also where each worker has other labels', () => {
    const totals = new Totals();
    for (const worker of ['a', 'b']) {
      const accounts = new Accounts();
      for (let i = 0; i < bounds.labels; i += 1) accounts.record(sampleOf({ label: `${worker}${i}` }));
      totals.add(accounts.take(idle));
    }
    const { total, labels } = totals.measured(0);
    expect([total.samples, labels.length]).toEqual([2 * bounds.labels, bounds.labels + 1]);
  });

  it('add late and dropped starts, and keep the worst seconds', () => {
    const [accounts, totals] = [new Accounts(), new Totals()];
    accounts.late();
    accounts.dropped(3);
    const seconds = [
      [0.2, 0],
      [0.96, 11],
      [0.99, 42],
      [0.3, 10],
      [0.97, 26],
    ] as const;
    for (const [busy, lag] of seconds) totals.add(accounts.take({ users: 0, busy, lag }));
    expect(totals).toMatchObject({ late: 1, dropped: 3, busiest: 0.99, greatestLag: 42, seconds: 5 });
    expect(totals.saturation).toMatchObject({ all: 3, longest: 2 });
    expect(totals.delay).toMatchObject({ all: 3, longest: 2 });
    expect(totals.lag).toMatchObject({ all: 2, longest: 1 });
  });

  it.each([
    [5, 10, 'neither'],
    [17, 10, 'delay'],
    [22, 10, 'delay'],
    [60, 10, 'lag'],
    [5, 500, 'neither'],
    [17, 500, 'neither'],
    [22, 500, 'neither'],
    [60, 500, 'neither'],
    [120, 500, 'lag'],
    [17, 84, 'delay'],
    [17, 86, 'neither'],
  ])('tell a wait of %i ms in the generator by times of %i ms: %s', (lag, elapsed, found) => {
    const [accounts, totals] = [new Accounts(), new Totals()];
    accounts.record(sampleOf({ elapsed }));
    accounts.record(sampleOf({ elapsed: 60_000, url: '', message: 'Number of samples in transaction : 1' }));
    totals.add(accounts.take({ users: 1, busy: 0, lag }));
    const [delay, tooMuch] = [totals.delay.all, totals.lag.all];
    expect(found).toBe(tooMuch > 0 ? 'lag' : delay > 0 ? 'delay' : 'neither');
  });
});

describe('samples of transactions', () => {
  it('are not requests whose server answers with their words', () => {
    const sly = sampleOf({ message: 'Number of samples in transaction : 0', success: false });
    expect(measuredOf([sampleOf(), sly]).total).toMatchObject({ samples: 2, ok: 1, failed: 1 });
  });

  const ofTransaction = (inside: number, change: Partial<Sample> = {}) =>
    sampleOf({
      label: 'buy',
      url: '',
      message: `Number of samples in transaction : ${inside}, number of failing samples : 0`,
      ...change,
    });

  it('are no requests: they have figures of their own, and are left out of the total', () => {
    const { total, labels, codes } = measuredOf([sampleOf(), sampleOf(), ofTransaction(2)]);
    expect([total.samples, codes]).toEqual([2, { '200': 2 }]);
    expect(labels.map(({ name, samples }) => [name, samples])).toEqual([
      ['GET /', 2],
      ['buy', 1],
    ]);
  });

  it('are left out whatever they count, where it is known that their requests stand beside them', () => {
    // a fresh answer from the cache is a call, and no sample
    expect(measuredOf([sampleOf(), ofTransaction(2, { beside: true })]).total.samples).toBe(1);
  });

  it('that have their requests inside are no requests either: these count, by server and code too', () => {
    const failed = sampleOf({ server: 'web-2', success: false, code: '503', message: 'Service Unavailable' });
    const inner = ofTransaction(1, { label: 'pay', children: [failed], success: false });
    const parent = ofTransaction(2, { children: [sampleOf({ server: 'web-1' }), inner], success: false });
    const measured = measuredOf([parent, ofTransaction(1, { children: [sampleOf({ server: 'web-1' })] })]);
    expect(measured).toMatchObject({
      total: { samples: 3, ok: 2, failed: 1 },
      labels: [{ name: 'buy', samples: 2, failed: 1 }],
      errors: [{ code: '503', message: 'Service Unavailable', count: 1 }],
      codes: { '200': 2, '503': 1 },
    });
    expect(measured.servers.map(({ name, samples, failed }) => [name, samples, failed])).toEqual([
      ['web-1', 2, 0],
      ['web-2', 1, 1],
    ]);
  });

  it('that fail though all their requests are fine are an error by themselves', () => {
    const slow = ofTransaction(1, { children: [sampleOf()], success: false, failure: 'it lasted too long' });
    expect(measuredOf([slow])).toMatchObject({
      total: { samples: 2, ok: 1, failed: 1 },
      errors: [{ code: '200', message: 'it lasted too long', count: 1 }],
    });
  });

  it('count where the log does not show their requests', () => {
    expect(measuredOf([ofTransaction(2, { success: false })]).total).toMatchObject({ samples: 1, failed: 1 });
    const hidden = [sampleOf(), sampleOf(), sampleOf(), ofTransaction(2, { success: false })];
    expect(measuredOf(hidden).total).toMatchObject({ samples: 4, failed: 1 });
  });

  describe.each([
    ['of the embedded engine', { beside: true }],
    ['of a log', {}],
  ] as const)('inside one another, %s', (_, told) => {
    const nested = (label: string, inside: number, change: Partial<Sample> = {}) =>
      ofTransaction(inside, { label, ...told, ...change });

    it('fail with one request, which is one error', () => {
      const failed = { success: false, code: '500' };
      const { total, labels } = measuredOf([
        ...[sampleOf(), sampleOf(failed), sampleOf(failed)],
        ...[nested('pay', 2, { success: false }), nested('buy', 3, { success: false })],
        nested('visit', 3, { success: false }),
      ]);
      expect(total).toMatchObject({ samples: 3, ok: 1, failed: 2 });
      expect(labels.map(({ name, failed }) => [name, failed])).toEqual([
        ['GET /', 2],
        ...['pay', 'buy', 'visit'].map((name) => [name, 1]),
      ]);
    });

    it('have the same requests, which count once', () => {
      const requests = Array.from({ length: 4 }, () => sampleOf());
      const { total } = measuredOf([...requests, nested('pay', 4), nested('buy', 4)]);
      expect(total).toMatchObject({ samples: 4, ok: 4 });
    });
  });

  it('that fail beside requests of their own are no more errors than these, and other requests do not matter', () => {
    const failed = { success: false, code: '500' };
    const twice = ['buy', 'visit'].map((label) => ofTransaction(1, { label, success: false, beside: true }));
    expect(measuredOf([sampleOf(failed), ...twice]).total).toMatchObject({ samples: 1, failed: 1 });
  });
});

/** The order in which names and errors were first seen depends on who told first. */
function sorted(measured: ReturnType<typeof measuredOf>) {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return { ...measured, labels: measured.labels.toSorted(byName) };
}
