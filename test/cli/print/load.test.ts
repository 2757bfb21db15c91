import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { LoadProgress } from '../../../src/app/load.ts';
import { renderLoad, renderVerdict } from '../../../src/cli/print/load.ts';
import { LiveLoadView, PlainLoadView } from '../../../src/cli/print/load-live.ts';
import { bar, duration, grouped, percent, short, sparkline } from '../../../src/cli/print/load-words.ts';
import { makeStyle } from '../../../src/cli/print/style.ts';
import { displayWidth } from '../../../src/cli/print/text.ts';
import { resultOf, worstResult } from '../../load/result.ts';

const plain = makeStyle({ isTTY: false, env: {} });
const colour = makeStyle({ isTTY: true, env: { TERM: 'xterm' } });

describe('the summary of a load', () => {
  it('tells that transactions are beside the total, and that nothing was measured', () => {
    const result = resultOf();
    const buy = { ...(result.labels[0] as (typeof result.labels)[number]), name: '\u202ebuy' };
    const text = renderLoad({ ...result, labels: [...result.labels, buy] }, plain);
    const told = 'transactions are not in the total; their requests are';
    expect(text).toContain(told);
    expect(text).not.toContain('\u202e');
    expect(renderLoad(result, plain)).not.toContain(told);
    const expectations = [{ text: 'errors == 0', holds: false, measured: 'no sample' }];
    expect(renderLoad({ ...result, expectations }, plain)).toContain('✗  errors == 0  there was no sample');
  });

  it('is a table as JMeter’s, and a verdict', () => {
    expect(renderLoad(resultOf(), plain, 120)).toMatchInlineSnapshot(`
      "stress  http://127.0.0.1:8080/  1m00s, embedded engine, 2 workers

        LABEL         SAMPLES  ERRORS  MEAN  MEDIAN   P90   P95   P99  P99.9  MAX     RATE   kB/s  kB SENT/s  APDEX
        GET /         118,200      0%  4.31    4.10  6.02  9.80  14.2   96.4  212  1,970/s  2,155        240   1.00
        POST /orders  118,200      0%  4.31    4.10  6.02  9.80  14.2   96.4  212  1,970/s  2,155        240   1.00
        total         236,400      0%  4.31    4.10  6.02  9.80  14.2   96.4  212  3,940/s  4,310        240   1.00
        times in ms, from sending to answer

      Generator
        CPU at most 61%; requests waited in it for 0.40 ms on average in the worst second

      Expectations
        ✓  errors == 0  it was 0 (expected by default)

      ✓ Pass"
    `);
  });

  it('tells servers, errors, what the generator could not do, the plan’s gaps and expectations', () => {
    expect(renderLoad(worstResult(), plain, 140)).toMatchInlineSnapshot(`
      "plans/shop.jmx  http://127.0.0.1:8080/  1m00s, embedded engine, 2 workers, 3 machines

        LABEL                                         SAMPLES  ERRORS  MEAN  MEDIAN    P90    P95    P99   P99.9     MAX     RATE   kB/s  APDEX
        GET /                                         118,200      0%  4.31    4.10   6.02   9.80   14.2    96.4     212  1,970/s  2,155   1.00
        POST /orders/with/a/name/that/is/longer/tha…  118,200   0.04%   812    41.5  2,100  4,012  9,120  12,000  15,200  1,970/s  2,155   0.97
        total                                         236,400   0.02%   812    41.5  2,100  4,012  9,120  12,000  15,200  3,940/s  2,155   0.97
        times in ms, from when each request should have begun (from sending on: median 4.10, p99 14.2)
        9 of the errors are connections lost after the request was sent

      Servers
        SERVER  SHARE  SAMPLES  ERRORS  MEAN  MEDIAN   P90   P95   P99  P99.9  MAX
        web-1   33.4%   79,000      0%  4.31    4.10  6.02  9.80  14.2   96.4  212
        web-2   66.6%  157,400   0.04%  4.31    4.10  6.02  9.80  14.2   96.4  212

      Errors
        COUNT  CODE                      MESSAGE
           41  503                       Service Unavailable
            9  java.net.SocketException  Connection reset

      Generator
        CPU at most 99.1%; requests waited in it for 14.2 ms on average in the worst second; 4,012 requests began more than 10 ms late; 118 were not made, since all users were at work

      Plan
        ✗ Test Plan > Users > Orders  line 41
          JDBC Request: its statements are not sent
        · Test Plan > View Results Tree  line 88
          View Results Tree: results are in --jtl

      Expectations
        ✓  error% < 0.1%  it was 0.021%
        ✗  p99 < 400ms    it was 9120 ms from the intended start

      ✗ Fail  p99 < 400ms: it was 9120 ms from the intended start"
    `);
  });

  it.each([60, 80, 100, 200])('fits a terminal of %i columns, without an escape of anybody else', (width) => {
    const lines = renderLoad(worstResult(), plain, width).split('\n');
    const tables = lines.filter((line) => /SAMPLES|total|web-1|COUNT|503/.test(line));
    expect(tables.length).toBeGreaterThan(4);
    expect(Math.max(...tables.map(displayWidth))).toBeLessThanOrEqual(width);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('in colour says the same', () => {
    const text = renderLoad(worstResult(), colour, 140);
    expect(stripVTControlCharacters(text)).toBe(renderLoad(worstResult(), plain, 140));
    expect(text).not.toBe(stripVTControlCharacters(text));
  });

  it('of nothing says so', () => {
    const total = { ...resultOf().total, samples: 0 };
    const verdict = { is: 'void', why: ['there was no sample'] } as const;
    const text = renderLoad(resultOf({ total, labels: [], expectations: [], seconds: 0, verdict }), plain);
    expect(text).toContain('no sample was made');
    expect(text).toMatch(/\n\? Void {2}there was no sample$/);
  });

  it('ends with one line of verdict', () => {
    expect(renderVerdict({ is: 'fail', why: ['a', 'b'] }, plain)).toBe('✗ Fail  a; b');
    expect(renderVerdict({ is: 'pass' }, plain)).toBe('✓ Pass');
  });
});

describe('numbers for people', () => {
  it.each([
    [grouped, 0, '0'],
    [grouped, 1234567.4, '1,234,567'],
    [short, 0.4213, '0.42'],
    [short, 9.994, '9.99'],
    [short, 9.996, '10.0'],
    [short, 99.96, '100'],
    [short, 1204.4, '1,204'],
    [duration, 4.129, '4.13 ms'],
    [duration, 9999, '9,999 ms'],
    [duration, 12_345, '12.3 s'],
    [percent, 0, '0%'],
    [percent, 0.0001, '<0.01%'],
    [percent, 0.0212, '0.02%'],
    [percent, 33.333, '33.3%'],
    [percent, 99.996, '>99.99%'],
    [percent, 100, '100%'],
  ] as const)('%o of %f is %s', (words, value, text) => {
    expect(words(value)).toBe(text);
  });

  it('as blocks', () => {
    expect(sparkline([0, 5, 10, 2.5], 3)).toBe('▅█▃');
    expect([sparkline([0, 0], 5), sparkline([], 5)]).toEqual(['▁▁', '']);
    expect([bar(0.5, 4), bar(0.28, 4), bar(2, 2), bar(0, 9)]).toEqual(['██', '█▏', '██', '']);
  });
});

const progressAt = (elapsed: number, change: Partial<LoadProgress> = {}): LoadProgress => ({
  ...{ elapsed, users: 2000, samples: 3940 * elapsed, errors: 3, late: 12, dropped: 0 },
  recent: {
    ...{ rate: 3000 + (elapsed % 7) * 150, errorPercent: elapsed % 4 === 0 ? 0.08 : 0, median: 4.1 },
    ...{ p95: 9.8, p99: 14 + (elapsed % 5) },
    servers: [
      { name: 'web-10', share: 0.25 },
      { name: 'web-2', share: 0.75 },
    ],
  },
  ...change,
});

/** A terminal that keeps all that is written, and a clock that is turned by hand. */
function stage(columns = 100) {
  let text = '';
  let now = 0;
  const ticks = new Set<() => void>();
  const write = (piece: string) => {
    text += piece;
  };
  const output = { columns, rows: 24, write };
  const clock = {
    elapsed: () => now,
    every(_milliseconds: number, tick: () => void) {
      ticks.add(tick);
      return () => void ticks.delete(tick);
    },
  };
  return {
    context: { output, clock, style: plain },
    pass(milliseconds: number) {
      now += milliseconds;
      text = '';
      for (const tick of ticks) tick();
    },
    text: () => text,
    /** What the last frame shows. */
    frame: () => stripVTControlCharacters(text).replace(/\r/g, '').trimEnd(),
    ticking: () => ticks.size > 0,
  };
}

describe('a load on a terminal', () => {
  it('shows the last seconds and their course, and who answers how much', () => {
    const { context, pass, frame, ticking } = stage();
    const view = new LiveLoadView(context, { plan: 'stress', target: 'http://127.0.0.1:8080/', seconds: 60 });
    for (let second = 1; second <= 24; second += 1) view.progress(progressAt(second));
    pass(24_000);
    expect(frame()).toMatchInlineSnapshot(`
      "⠋ stress  http://127.0.0.1:8080/  24s of 1m00s
        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━───────────────────────────────────────────

        rate      3,450/s  ▇▇▇▇██▆▇▇▇▇██▆▇▇▇▇██▆▇▇▇                   users         2,000
        errors      0.08%  ▁▁▁█▁▁▁█▁▁▁█▁▁▁█▁▁▁█▁▁▁█                   samples      94,560
        median    4.10 ms  ████████████████████████                   errors            3
        p95       9.80 ms  ████████████████████████                   late             12
        p99       18.0 ms  ▇▇██▆▇▇██▆▇▇██▆▇▇██▆▇▇██                   dropped           0

        web-2      75%  ██████████████████████████████
        web-10     25%  ██████████"
    `);
    view.close();
    expect(ticking()).toBe(false);
  });

  it('before the first answer, and where nobody knows how long it takes', () => {
    const { context, pass, frame } = stage();
    const view = new LiveLoadView(context, { plan: 'shop.jmx' });
    pass(1000);
    expect(frame()).toBe('⠋ shop.jmx  1s\n\n  no request has been answered yet');
    view.close();
  });

  it.each([20, 40, 60, 80, 200])('fits %i columns', (columns) => {
    const { context, pass, frame } = stage(columns);
    const view = new LiveLoadView(context, { plan: 'stress', target: 'http://127.0.0.1:8080/', seconds: 60 });
    view.progress(progressAt(1));
    pass(1000);
    expect(Math.max(...frame().split('\n').map(displayWidth))).toBeLessThan(columns);
    view.close();
  });

  it('remembers a bounded course, and shows a bounded number of servers', () => {
    const { context, pass, frame } = stage();
    const view = new LiveLoadView(context, { plan: 'stress' });
    const servers = Array.from({ length: 30 }, (_, i) => ({ name: `web-${i}`, share: 1 / 30 }));
    for (let second = 1; second <= 500; second += 1)
      view.progress(progressAt(second, { recent: { ...progressAt(second).recent, servers } }));
    pass(1000);
    expect(frame().split('\n').length).toBeLessThan(24);
    expect(frame()).toContain('and 22 more');
    view.close();
  });

  it('lets notes scroll by, and gives the cursor back', () => {
    const { context, text, pass } = stage();
    const view = new LiveLoadView(context, { plan: 'stress' });
    pass(100);
    view.note('data.csv has come to its end');
    expect(text()).toContain('! data.csv has come to its end\n');
    view.close();
    expect(text().endsWith('\u001b[?25h')).toBe(true);
    view.note('late');
    expect(text()).toMatch(/! late\n$/);
  });
});

describe('a load in a log', () => {
  it('is a line each ten seconds', () => {
    const { context, text } = stage();
    const view = new PlainLoadView(context);
    for (let second = 1; second <= 31; second += 1) view.progress(progressAt(second));
    view.note('a note');
    view.close();
    expect(text()).toMatchInlineSnapshot(`
      "   10s  2,000 users  3,450/s  3 errors  median 4.10 ms  p95 9.80 ms  p99 14.0 ms
         20s  2,000 users  3,900/s  3 errors  median 4.10 ms  p95 9.80 ms  p99 14.0 ms
         30s  2,000 users  3,300/s  3 errors  median 4.10 ms  p95 9.80 ms  p99 14.0 ms
      ! a note
      "
    `);
  });
});
