import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePlan } from '../../../src/load/jmx/write.ts';
import { disabled, el, placed, plan, request, run, users } from './rig.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-include-'));
  const fragment = el(
    'TestFragmentController',
    { name: 'F' },
    request('in'),
    disabled(request('no')),
    el('ConstantTimer', { 'ConstantTimer.delay': '10' }),
  );
  writeFileSync(join(directory, 'part.jmx'), writePlan(placed(el('TestPlan', { name: 'Part' }, fragment))));
});
afterAll(() => rmSync(directory, { recursive: true }));

const include = (path: string) => el('IncludeController', { 'IncludeController.includepath': path });

it('runs the test fragment of an included plan, whose timers reach only its own', async () => {
  const { samples } = await run(plan({}, users({}, request('a'), include('part.jmx'), request('b'))), { directory });
  expect(samples.map(({ label, at }) => [label, at])).toEqual([
    ['a', 0],
    ['in', 10],
    ['b', 10],
  ]);
});

it('runs nothing of a plan that is elsewhere', async () => {
  expect((await run(plan({}, users({}, include('../part.jmx'), request('b'))), { directory })).labels).toEqual(['b']);
});
