import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/load/engine/catalogue.ts';
import { describeSupport } from '../../src/load/engine/describe.ts';
import { choices } from '../../src/load/engine/inspect.ts';
import { functions } from '../../src/load/text/functions/catalogue.ts';

test('whatever refuses something of itself says so on that page', () => {
  const silent = Object.entries(catalogue).filter(([, each]) => 'inspect' in each && !('refuses' in each));
  expect(silent.map(([name]) => name)).toEqual([]);
});

/** `vitest run --update=all test/load/supported.test.ts` writes the page anew. */
test('docs/jmeter-support.md tells what the catalogue has', async () => {
  const page = readFileSync('docs/jmeter-support.md', 'utf8');
  const [begin, end] = ['<!-- supported: begin -->', '<!-- supported: end -->'];
  const [before = '', rest = ''] = page.split(`${begin}\n`);
  const after = rest.split(end)[1] ?? '';
  const block = describeSupport(catalogue, functions.values(), choices);
  await expect(`${before}${begin}\n\n${block}\n\n${end}${after}`).toMatchFileSnapshot('../../docs/jmeter-support.md');
});
