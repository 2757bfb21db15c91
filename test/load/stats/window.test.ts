import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/load/sample.ts';
import { Accounts } from '../../../src/load/stats/accounts.ts';
import { LiveWindow } from '../../../src/load/stats/window.ts';
import { sampleOf } from '../samples.ts';

const deltaOf = (...samples: readonly Partial<Sample>[]) => {
  const accounts = new Accounts();
  for (const each of samples) accounts.record(sampleOf(each));
  return accounts.take({ users: 1, busy: 0 });
};

describe('the live window', () => {
  it('tells of the last seconds only', () => {
    const window = new LiveWindow(5000);
    window.add(deltaOf({ elapsed: 900, success: false, server: 'web-1' }), 1000);
    expect(window.recent(1000)).toMatchObject({ rate: 1, errorPercent: 100, median: 900 });
    for (let second = 2; second <= 8; second += 1)
      window.add(
        deltaOf({ server: 'web-1' }, { server: 'web-2' }, { server: 'web-2' }, { elapsed: 20 }),
        second * 1000,
      );
    const { rate, errorPercent, median, p99, servers } = window.recent(8000);
    expect({ rate, errorPercent, median: Math.round(median), p99 }).toEqual({
      rate: 4,
      errorPercent: 0,
      median: 12,
      p99: 20,
    });
    expect(servers).toEqual([
      { name: 'web-1', share: 1 / 3 },
      { name: 'web-2', share: 2 / 3 },
    ]);
  });

  it('shows a server that answers no more, and a standstill', () => {
    const window = new LiveWindow(5000);
    window.add(deltaOf({ server: 'web-1' }), 1000);
    window.add(deltaOf({ server: 'web-2' }), 6500);
    expect(window.recent(6500).servers).toEqual([
      { name: 'web-1', share: 0 },
      { name: 'web-2', share: 1 },
    ]);
    expect(window.recent(60_000)).toMatchObject({ rate: 0, errorPercent: 0, p99: 0 });
  });

  it('leaves transactions out', () => {
    const window = new LiveWindow(5000);
    window.add(
      deltaOf({}, { url: '', message: 'Number of samples in transaction : 1, number of failing samples : 0' }),
      1000,
    );
    expect(window.recent(1000).rate).toBe(1);
  });
});
