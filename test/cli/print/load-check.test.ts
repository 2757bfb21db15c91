import { describe, expect, test } from 'vitest';
import { renderCheck } from '../../../src/cli/print/load-check.ts';
import { makeStyle } from '../../../src/cli/print/style.ts';
import type { PlanFinding } from '../../../src/domain/load.ts';

const plain = makeStyle({ isTTY: false, env: {} });

const honoured = [
  { title: 'HTTP Request', role: 'sampler', count: 12 },
  { title: 'Thread Group', role: 'group', count: 1 },
] as const;
const skipped: PlanFinding = {
  ...{ kind: 'skipped', path: 'Shop > Results', line: 7, what: 'View Results Tree' },
  consequence: 'results are in --jtl',
};
const unsupported: PlanFinding = {
  ...{ kind: 'unsupported', path: 'Shop > Users > seed\u001b[2J', line: 40, what: 'JSR223 Sampler' },
  consequence: 'its script is not run, so what it sets is missing',
};

describe('renderCheck', () => {
  test('all that a plan has', () => {
    expect(
      renderCheck({ plan: 'shop.jmx', honoured, findings: [unsupported, skipped] }, plain, 30),
    ).toMatchInlineSnapshot(`
      "HONOURED      TIMES
      HTTP Request     12
      Thread Group      1

      WITHOUT EFFECT ON THE LOAD
      - Shop > Results (line 7)
          View Results Tree: results are in --jtl

      UNSUPPORTED
      ✗ Shop > Users > seed (line 40)
          JSR223 Sampler: its script is not run, so what it sets is missing

      ✗ shop.jmx has 1 thing that can't be honoured: run it with \`--engine jmeter\`, or without it by \`--skip-unsupported\`"
    `);
  });

  test('files, of which some are needed', () => {
    const file = { path: 'Shop > Users', line: 9, what: 'a file that it names' };
    const absent: PlanFinding = { kind: 'absent', ...file, consequence: 'a.bin is not there' };
    const missing: PlanFinding = { kind: 'missing', ...file, consequence: 'a.csv is not there' };
    const check = (...findings: PlanFinding[]) =>
      renderCheck({ plan: 'shop.jmx', honoured: [], findings }, plain).replaceAll(
        /^.*\n {4}a file that/gm,
        'a file that',
      );
    expect(check(absent)).toBe('FILES\na file that it names: a.bin is not there\n\n✓ shop.jmx runs as in JMeter');
    expect(check(absent, missing)).toMatch(/^FILES\n.*a\.csv.*\n.*a\.bin.*\n\n✗ shop\.jmx needs 1 file /);
  });

  test('nothing but what is honoured; a plan of the file has no lines', () => {
    const finding = { ...skipped, line: 0 };
    expect(renderCheck({ plan: 'stress', honoured, findings: [finding] }, plain)).toMatchInlineSnapshot(`
      "HONOURED      TIMES
      HTTP Request     12
      Thread Group      1

      WITHOUT EFFECT ON THE LOAD
      - Shop > Results
          View Results Tree: results are in --jtl

      ✓ stress runs as in JMeter"
    `);
  });
});
