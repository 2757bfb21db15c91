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
    'missing Plan > Users > gone.bin',
    'forbidden Plan > Users > ${__FileToString(../x)}',
    'missing Plan > Down > gone.csv',
    'forbidden Plan > Down > /etc/passwd',
    'forbidden Plan > Down > link.csv',
  ]);
});

it('leaves alone what is computed, disabled, or allowed', () => {
  expect(
    found([users({}, csv('${file}'), csv('${__P(file,gone.csv)}'), upload(''), disabled(csv('gone.csv')))]),
  ).toEqual([]);
  expect(found([users({}, csv('/etc/passwd'))], true)).toEqual([]);
});
