import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csvHeader, csvRow } from '../../src/load/results/csv.ts';
import type { RunRecord } from '../../src/load/results/run-record.ts';
import { sampleOf } from '../load/samples.ts';
import { desk, home, left } from '../rig/load-desk.ts';

describe('load report', () => {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-report-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  /** Logs are real files: whoever reads them waits in real time, and lets none of the cluster's pass. */
  const reader = async () => {
    const { type, files } = await desk();
    const report = async (line: string | readonly string[]) => {
      const terminal = type(typeof line === 'string' ? line.split(' ') : line);
      return { code: await terminal.code, stdout: terminal.stdout, stderr: terminal.stderr };
    };
    return { report, files };
  };
  const log = join(directory, 'out.jtl');
  const failed = sampleOf({ start: 61_000, success: false, code: '500', message: 'Oops' });
  const broken = '17,broken\n1,2';
  writeFileSync(log, csvHeader + csvRow(sampleOf({ start: 1000 })).repeat(9) + csvRow(failed) + broken);

  it('takes a log that is not whole for no proof, whatever the rest of it says', async () => {
    const cut = join(directory, 'cut.jtl');
    writeFileSync(cut, csvHeader + csvRow(sampleOf({ start: 1000 })) + broken);
    const { report } = await reader();
    const { code, stdout } = await report(['load', 'report', cut]);
    expect(stdout).toContain(`? Void  1 line of ${cut} is no sample; ${cut} ends in the midst of a sample`);
    expect(code).toBe(14);
  });

  it('sums up and judges any log, and says what of it is broken', async () => {
    const { report } = await reader();
    const { code, stdout, stderr } = await report(['load', 'report', log]);
    expect(code).toBe(13);
    expect(stderr).toBe(`! 1 line of ${log} is no sample\n! ${log} ends in the midst of a sample\n`);
    expect(stdout.replaceAll(log, 'out.jtl')).toMatchInlineSnapshot(`
      "out.jtl  1m00s

        LABEL  SAMPLES  ERRORS  MEAN  MEDIAN   P90   P95   P99  P99.9   MAX    RATE  kB/s  kB SENT/s  APDEX
        GET /       10     10%  12.0    12.0  12.0  12.0  12.0   12.0  12.0  0.17/s  0.05       0.02   0.90
        total       10     10%  12.0    12.0  12.0  12.0  12.0   12.0  12.0  0.17/s  0.05       0.02   0.90
        times in ms, from sending to answer

      Errors
        COUNT  CODE  MESSAGE
            1  500   Oops

      Generator
        out.jtl does not tell which requests began late or were not made, whether the generator was the bottleneck, or what of the plan was left out: out.jtl.run.json is not there

      Expectations
        ✗  errors == 0  it was 1 (expected by default)

      ✗ Fail  errors == 0: it was 1
      "
    `);
  });

  it('with expectations of its own, also as JSON and JUnit’s XML', async () => {
    const whole = join(directory, 'whole.jtl');
    writeFileSync(whole, csvHeader + csvRow(sampleOf({ start: 1000 })).repeat(9) + csvRow(failed));
    const { report, files } = await reader();
    const { code, stdout } = await report([
      'load',
      'report',
      whole,
      '--expect',
      'error% <= 10%',
      '--json',
      '--junit',
      'out.xml',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: { samples: 10, failed: 1 }, verdict: { is: 'pass' } });
    expect(files.get(`${home}/out.xml`)).toContain('tests="3" failures="0" errors="0"');
  });

  it('adds up the logs of several generators', async () => {
    const parts = [3, 4].map((samples) => {
      const part = join(directory, `${samples}.jtl`);
      writeFileSync(part, csvHeader + csvRow(sampleOf({ start: 1000 * samples })).repeat(samples));
      return part;
    });
    const { report } = await reader();
    const { code, stdout } = await report(['load', 'report', ...parts, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ plan: parts.join(', '), seconds: 1.012, total: { samples: 7, ok: 7 } });
  });

  describe('with what stands beside the logs', () => {
    const generator = { workers: 2, machines: 1, busiest: 0.5, lag: 0.5, late: 3, dropped: 0 };
    const one: RunRecord = {
      ...{
        version: 1,
        engine: 'embedded',
        plan: 'shop.jmx',
        end: 'done',
        rows: 2,
        span: [1000, 1012],
        findings: [],
        expect: [],
      },
      generator,
    };
    const logOf = (name: string, record: unknown) => {
      const path = join(directory, name);
      const row = csvRow(sampleOf({ start: 1000 }));
      writeFileSync(path, csvHeader + row + row);
      writeFileSync(`${path}.run.json`, typeof record === 'string' ? record : JSON.stringify(record));
      return path;
    };
    const of = async (...records: unknown[]) => {
      const { report } = await reader();
      const logs = records.map((record, i) => logOf(`beside-${i}.jtl`, record));
      const { code, stdout, stderr } = await report(['load', 'report', ...logs, '--json']);
      return { code, result: JSON.parse(stdout), stderr };
    };

    it('adds up late and dropped starts of several generators', async () => {
      const other = { ...one, generator: { ...generator, busiest: 0.8, late: 4 } };
      expect(await of(one, other)).toMatchObject({
        code: 0,
        result: { engine: 'embedded', generator: { workers: 4, machines: 2, busiest: 0.8, late: 7, dropped: 0 } },
      });
      const { code, result } = await of(one, { ...one, generator: { ...generator, dropped: 5 } });
      expect([code, result.verdict.why, result.untold]).toEqual([
        14,
        ['5 requests were not made, since all users were at work'],
        undefined,
      ]);
    });

    it.each([
      ['a bottleneck', { generator: { ...generator, bottleneck: 'the generator was slow' } }, 'the generator was slow'],
      ['parts that were left out', { findings: [left] }, 'a part of the plan was left out'],
      ['an interruption', { end: 'interrupted' }, 'was interrupted'],
      ['a failure', { end: 'failed', why: 'no space left' }, 'failed: no space left'],
      ['no end', { end: 'running', rows: 0 }, 'did not come to its end'],
      ['another number of samples', { rows: 3 }, 'has 2 samples, and its run made 3'],
      ['a run that began at another time', { span: [990, 1012] }, 'are of another time than its run'],
      ['a run that ended at another time', { span: [1000, 1020] }, 'are of another time than its run'],
      ['a run that has no times', { span: undefined }, 'are of another time than its run'],
    ])('is no pass after %s', async (_, change, why) => {
      const { code, result } = await of(one, { ...one, ...change });
      expect(code).toBe(14);
      expect(result.verdict).toMatchObject({ is: 'void', why: [expect.stringContaining(why)] });
    });

    it('judges by what was expected of the run, and by what is expected here', async () => {
      const expecting = { ...one, expect: ['mean < 10ms', 'errors <= 3'] };
      const { code, result } = await of(expecting, expecting);
      expect(code).toBe(13);
      expect(result.expectations).toEqual([
        { text: 'mean < 10ms', holds: false, measured: '12 ms' },
        { text: 'errors <= 3', holds: true, measured: '0' },
      ]);
      const { report } = await reader();
      const log = logOf('expecting.jtl', { ...one, expect: ['mean < 20ms'] });
      const { code: stricter, stdout } = await report(['load', 'report', log, '--expect', 'max < 5ms']);
      expect([stricter, stdout]).toEqual([13, expect.stringMatching(/✓ {2}mean < 20ms[\s\S]*✗ {2}max < 5ms/)]);
      expect((await of({ ...one, expect: ['nonsense'] })).code).toBe(3);
    });

    it('says what it can’t know where there is nothing', async () => {
      const { report } = await reader();
      const path = join(directory, 'alone.jtl');
      writeFileSync(path, csvHeader + csvRow(sampleOf({ start: 1000 })));
      const { code, stdout } = await report(['load', 'report', path]);
      expect(code).toBe(0);
      expect(stdout).toContain('does not tell which requests began late or were not made');
      expect(stdout).not.toContain('engine');
    });

    it('refuses what no run wrote', async () => {
      const { code, result } = await of('{"version": 2}');
      expect([code, result.failure.message]).toEqual([3, expect.stringContaining('is not what a run writes')]);
    });
  });

  it('of no log: says so', async () => {
    const { report } = await reader();
    expect(await report('load report none.jtl')).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('none.jtl'),
    });
  });
});
