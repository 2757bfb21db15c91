import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkPlan } from '../../../src/load/engine/check.ts';
import { bean, disabled, el, list, type Part, plan, users } from './rig.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-files-'));
  writeFileSync(join(directory, 'there.csv'), 'a,b\n');
  symlinkSync('/etc/passwd', join(directory, 'link.csv'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function found(parts: readonly Part[], anyFile = false): string[] {
  const { findings } = checkPlan({ name: 'plan', root: plan({}, ...parts), directory }, new Map(), anyFile);
  return findings.map(({ kind, path }) => `${kind} ${path}`);
}

const csv = (filename: string) => el('CSVDataSet', { name: filename, filename });
const upload = (path: string) =>
  el('HTTPSamplerProxy', {
    name: path,
    'HTTPsampler.Files': bean('HTTPFileArgs', {
      'HTTPFileArgs.files': list(bean('HTTPFileArg', { 'File.path': path })),
    }),
  });

it('finds files that can’t be read, wherever they are named, before anything runs', () => {
  const down = users({ kind: 'PostThreadGroup', name: 'Down' }, csv('gone.csv'), csv('/etc/passwd'), csv('link.csv'));
  const parts = [
    users(
      {},
      csv(' there.csv '),
      upload('gone.bin'),
      upload('there.csv'),
      el('DebugSampler', { name: '${__FileToString(../x)}' }),
    ),
    down,
  ];
  expect(found(parts)).toEqual([
    'absent Plan > Users > gone.bin',
    'forbidden Plan > Users > ${__FileToString(../x)}',
    'missing Plan > Down > gone.csv',
    'forbidden Plan > Down > /etc/passwd',
    'forbidden Plan > Down > link.csv',
  ]);
});

it('takes what a module points to for a part of the plan, once, and not what nobody uses', () => {
  const fragment = (name: string, ...parts: Part[]) => el('TestFragmentController', { name }, ...parts);
  const module = el('ModuleController', { 'ModuleController.node_path': list('', 'Plan', 'Used') });
  const used = fragment('Used', csv('gone.csv'), el('GenericController', { name: 'S' }, csv('gone2.csv')));
  expect(found([used, fragment('Unused', csv('gone3.csv'), upload('/etc/passwd')), users({}, module, module)])).toEqual(
    ['missing Plan > Used > gone.csv', 'missing Plan > Used > S > gone2.csv'],
  );
});

it('leaves alone what is below something that is left out', () => {
  expect(found([users({}, el('SomePlugin', { name: 'X' }, csv('gone.csv')))])).toEqual([
    'unsupported Plan > Users > X',
  ]);
});

it('leaves alone what is computed, disabled, or allowed', () => {
  expect(
    found([users({}, csv('${file}'), csv('${__P(file,gone.csv)}'), upload(''), disabled(csv('gone.csv')))]),
  ).toEqual([]);
  expect(found([users({}, csv('/etc/passwd'))], true)).toEqual([]);
});
