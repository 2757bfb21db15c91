import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasRunRecord } from '../../../src/load/results/run-record.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-record-'));
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  symlinkSync('/dev/null', join(directory, 'nowhere'));
  writeFileSync(join(directory, 'there.jtl'), '');
});
afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['a file', 'there.jtl', true],
  ['a file that is not there yet', 'new.jtl', true],
  ['a file in memory', '/dev/shm/relevo-no-such.jtl', true],
  ['a device', '/dev/null', false],
  ['a link to a device', 'nowhere', false],
  ['a pipe', 'pipe', false],
])('beside %s: %s', (_, log, has) => {
  expect(hasRunRecord(log.startsWith('/') ? log : join(directory, log))).toBe(has);
});
