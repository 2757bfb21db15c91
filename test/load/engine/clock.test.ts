import { describe, expect, it } from 'vitest';
import { RealClock } from '../../../src/load/engine/clock.ts';
import { Counts } from '../../../src/load/engine/counts.ts';
import { LocalShared, WorkersShared } from '../../../src/load/engine/shared.ts';

describe('the real clock', () => {
  it('wakes nobody before his time, and all in order', async () => {
    const clock = new RealClock();
    const { signal } = new AbortController();
    const woken: number[] = [];
    const sleep = async (milliseconds: number) => {
      const from = clock.now();
      await clock.sleep(milliseconds, signal);
      // Both clocks have fractions, and JavaScript's numbers 52 bits for them.
      expect(clock.now() - from).toBeGreaterThan(milliseconds - 0.01);
      woken.push(milliseconds);
    };
    await Promise.all([70.5, 5, 40.2, 0.3, 40.2, 20].map(sleep));
    expect(woken).toEqual([0.3, 5, 20, 40.2, 40.2, 70.5]);
  });

  it('wakes ten thousand at once where their signal is aborted, and lets nobody sleep under it after', async () => {
    const clock = new RealClock();
    const abort = new AbortController();
    const all = Array.from({ length: 10_000 }, (_, index) => clock.sleep(60_000 + index, abort.signal));
    abort.abort();
    await Promise.all(all);
    await clock.sleep(60_000, abort.signal);
  });

  it('sleeps for months without a complaint of Node’s', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error) => warnings.push(warning.name);
    process.on('warning', warned);
    const abort = new AbortController();
    const months = new RealClock().sleep(1e11, abort.signal);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await months;
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('sleeps without a signal, or only for a breath', async () => {
    const clock = new RealClock();
    const from = clock.now();
    await clock.sleep(0);
    await clock.sleep(-5, new AbortController().signal);
    await clock.sleep(10);
    expect(clock.now() - from).toBeGreaterThan(9);
  });
});

describe.each([
  ['one process', () => new LocalShared()],
  ['workers', () => new WorkersShared(WorkersShared.memory())],
])('numbers shared in %s', (_, make) => {
  it('begin at 0, and are known by their names', () => {
    const shared = make();
    expect([shared.next('a'), shared.next('a'), shared.next('b'), shared.next('a')]).toEqual([0, 1, 0, 2]);
    expect(shared.update('c', (before) => before + 1_795_000_000_000.5)).toBe(0);
    expect(shared.update('c', (before) => before)).toBe(1_795_000_000_000.5);
  });
});

it('workers see the same numbers, and the same users at work', () => {
  const memory = WorkersShared.memory();
  const [one, other] = [new WorkersShared(memory), new WorkersShared(memory)];
  for (let each = 0; each < 1000; each += 1) one.next(`n${each}`);
  expect(Array.from({ length: 1000 }, (_, each) => other.next(`n${each}`)).every((before) => before === 1)).toBe(true);
  const counts = Counts.memory(3);
  const [mine, yours] = [new Counts(counts), new Counts(counts)];
  mine.add(0, 1);
  yours.add(2, 1);
  mine.add(2, 1);
  yours.add(0, -1);
  expect([mine.all(), yours.of(2), mine.of(0)]).toEqual([2, 2, 0]);
});
