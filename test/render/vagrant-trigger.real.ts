import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { siteTrigger } from '../../src/render/vagrant-site.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-trigger-'));
const file = join(directory, 'trigger.rb');
writeFileSync(file, siteTrigger.join('\n'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What the trigger says in one command: `machines` by name, and those after which it runs, in their order. `code`: `relevo`'s. */
function says(machines: Readonly<Record<string, string>>, after: string, code = 0): string[] {
  const states = Object.entries(machines).map((each) => each.join('='));
  const argv = ['test/render/vagrant-trigger.rb', file, states.join(','), after];
  const { stdout, stderr, status } = spawnSync('ruby', argv, {
    encoding: 'utf8',
    env: { ...process.env, CODE: `${code}` },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '' && line !== 'a key');
}

const failed = 'm2 failed: m2 was not provisioned to its end: run "vagrant provision m2"';

describe('the trigger of an exported Vagrantfile, in real Ruby', () => {
  it('makes the site once, when all machines are there', () => {
    expect(says({ m1: 'marked', m2: 'marked' }, 'm1,m2')).toEqual(['m1: relevo up --yes']);
  });

  it('fails where `relevo up` does, and says where its commands are typed', () => {
    const where = "What is called relevo here runs in m1: vagrant ssh m1 -c 'relevo status'";
    expect(says({ m1: 'marked', m2: 'marked' }, 'm2', 1)).toEqual([
      'm1: relevo up --yes',
      where,
      'm2 failed: no message',
    ]);
  });

  it('waits for machines that are off, do not answer, or are still being provisioned beside it', () => {
    const machines = { m1: 'marked', m2: 'unmarked', m3: 'silent', m4: 'off', m5: 'booting' };
    expect(says(machines, 'm1')).toEqual(['The site waits for m2, m3, m4, m5.']);
  });

  it('fails where a machine’s own part of the command is over and its provisioning is not', () => {
    const machines = { m1: 'marked', m2: 'unmarked', m3: 'marked' };
    expect(says(machines, 'm1,m2,m3')).toEqual(['The site waits for m2.', failed, 'The site waits for m2.']);
  });
});
