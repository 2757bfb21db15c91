import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expandedPlan, inlinedPlan } from '../../../src/load/engine/expand.ts';
import { whyOneWorker } from '../../../src/load/engine/single.ts';
import type { Support } from '../../../src/load/engine/support.ts';
import { aimedAt, needsTarget, takesTarget } from '../../../src/load/jmx/aim.ts';
import { type Element, textOf } from '../../../src/load/jmx/element.ts';
import { writePlan } from '../../../src/load/jmx/write.ts';
import { disabled, el, list, type Part, placed, plan, request, run, users } from './rig.ts';

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
  const waiting = el('TestFragmentController', { name: 'W' }, el('HTTPSamplerProxy'), el('SyncTimer', { name: 'S' }));
  writeFileSync(join(directory, 'waiting.jmx'), writePlan(placed(el('TestPlan', { name: 'Part' }, waiting))));
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

it.each<[string, readonly Part[]]>([
  ['an included plan', [users({}, include('waiting.jmx'))]],
  [
    'what a module points to, where that is disabled',
    [
      disabled(el('TestFragmentController', { name: 'F' }, el('HTTPSamplerProxy'), el('SyncTimer', { name: 'S' }))),
      users({}, el('ModuleController', { 'ModuleController.node_path': list('', 'Plan', 'F') })),
    ],
  ],
])('takes %s for a part of the plan: its requests need a target, its timers one worker', (_, parts) => {
  const whole = expandedPlan({ name: 'plan.jmx', root: plan({}, ...parts), directory }, false);
  expect([needsTarget(whole), takesTarget(whole)]).toEqual([true, true]);
  expect(whyOneWorker(whole)).toBe('S (SyncTimer) lets users wait for one another');
});

const hosts = (element: Element): string[] => [
  ...(element.kind === 'HTTPSamplerProxy' ? [textOf(element, 'HTTPSampler.domain')] : []),
  ...element.children.flatMap(hosts),
];

it('is put in for JMeter where its requests have no host, so that they are aimed where they run', () => {
  const house = el('ConfigTestElement', { form: 'HttpDefaultsGui', 'HTTPSampler.domain': 'housed.test' });
  const fragment = el(
    'TestFragmentController',
    { name: 'F' },
    el('GenericController', { name: 'S' }, el('HTTPSamplerProxy')),
  );
  const module = el('ModuleController', { 'ModuleController.node_path': list('', 'Plan', 'F', 'S') });
  const root = plan({}, fragment, users({}, house, module), users({}, include('waiting.jmx')), disabled(el('Nobody')));
  const whole = inlinedPlan({ name: 'plan.jmx', root, directory });
  expect(whole.children.map(({ kind, enabled }) => [kind, enabled]).at(-1)).toEqual(['Nobody', false]);
  // where the fragment stands, nothing of it runs
  expect(hosts(aimedAt(whole, new URL('http://target.test/')))).toEqual(['target.test', '', 'target.test']);
});

it('stays what it is for JMeter where there is nothing to aim, or nothing at all', () => {
  const housed = el('GenericController', { name: 'S' }, el('HTTPSamplerProxy', { 'HTTPSampler.domain': 'a.test' }));
  const module = (name: string) =>
    el('ModuleController', { name, 'ModuleController.node_path': list('', 'Plan', name) });
  const root = plan({}, housed, users({}, module('S'), module('gone'), include('gone.jmx')));
  expect(inlinedPlan({ name: 'plan.jmx', root, directory })).toEqual(root);
});

it('keeps answers where a text of an included plan looks at the last one', async () => {
  const fragment = el('TestFragmentController', { name: 'F' }, request('${__regexFunction(a,$0$)}'));
  writeFileSync(join(directory, 'looks.jmx'), writePlan(placed(el('TestPlan', { name: 'Part' }, fragment))));
  const needed: boolean[] = [];
  const Request: Support = {
    ...{ role: 'sampler', title: 'Request' },
    compile: ({ name }, scope) => ({
      label: scope.template(name),
      sample: () => undefined,
      needs: (answers) => needed.push(answers),
    }),
  };
  await run(plan({}, users({}, include('looks.jmx'))), { directory, catalogue: { Request } });
  expect(needed).toEqual([true]);
});
