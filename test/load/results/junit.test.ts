import { describe, expect, it } from 'vitest';
import { junitOf } from '../../../src/load/results/junit.ts';
import { figuresOf, resultOf, worstResult } from '../result.ts';

const kinds = (xml: string) => ['failure', 'error', 'skipped'].map((tag) => xml.split(`<${tag} `).length - 1);

describe('JUnit’s XML', () => {
  it('of a pass has a case for each label, expectation, and the verdict', () => {
    expect(junitOf(resultOf())).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="stress" tests="4" failures="0" errors="0" time="60.020">
        <testsuite name="stress" tests="4" failures="0" errors="0" time="60.020" timestamp="2026-01-01T12:00:00.000Z">
          <testcase classname="stress.labels" name="GET /" time="0.004"/>
          <testcase classname="stress.labels" name="POST /orders" time="0.004"/>
          <testcase classname="stress.expectations" name="errors == 0" time="0.000"/>
          <testcase classname="stress" name="verdict" time="60.020"/>
          <system-out>generator: CPU at most 61.0%</system-out>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('of a failure says what failed', () => {
    expect(junitOf(worstResult())).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="plans/shop.jmx" tests="5" failures="3" errors="0" time="60.020">
        <testsuite name="plans/shop.jmx" tests="5" failures="3" errors="0" time="60.020" timestamp="2026-01-01T12:00:00.000Z">
          <testcase classname="plans/shop.jmx.labels" name="GET /" time="0.004"/>
          <testcase classname="plans/shop.jmx.labels" name="POST /orders/with/a/name/that/is/longer/than/anybody/wants/to/read" time="0.004"><failure message="50 of 118200 samples failed"/></testcase>
          <testcase classname="plans/shop.jmx.expectations" name="error% &lt; 0.1%" time="0.000"/>
          <testcase classname="plans/shop.jmx.expectations" name="p99 &lt; 400ms" time="0.000"><failure message="it was 9120 ms from the intended start"/></testcase>
          <testcase classname="plans/shop.jmx" name="verdict" time="60.020"><failure message="p99 &lt; 400ms: it was 9120 ms from the intended start"/></testcase>
          <system-out>unsupported: Test Plan &gt; Users &gt; Orders (line 41): JDBC Request: its statements are not sent
      skipped: Test Plan &gt; View Results Tree (line 88): View Results Tree: results are in --jtl
      generator: CPU at most 99.1%</system-out>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('shows errors that were expected as no failure, and a void run as an error', () => {
    const labels = [figuresOf('GET /', { failed: 3 })];
    expect(kinds(junitOf(resultOf({ labels })))).toEqual([0, 0, 0]);
    const expectations = [{ text: 'p99 < 1s', holds: false, measured: '2 ms' }];
    const xml = junitOf(resultOf({ expectations, verdict: { is: 'void', why: ['too <few> samples'] } }));
    expect(kinds(xml)).toEqual([0, 1, 1]);
    expect(xml).toContain('<error message="too &lt;few&gt; samples"/>');
  });
});
