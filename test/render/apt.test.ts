import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aptUpdate } from '../../src/render/apt.ts';

const locked = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4570 (apt-get)';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-apt-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** An apt that says so, as often as told, before it does what it is asked. */
function update(says: string, failures: number) {
  const program = (name: string, text: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  };
  const calls = join(directory, 'calls');
  writeFileSync(calls, '');
  program(
    'apt-get',
    `echo x >> ${calls}; [ "$(wc -l < ${calls})" -gt ${failures} ] || { echo '${says}'; exit 100; }; echo fetched`,
  );
  program('sleep', ':');
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}` };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${aptUpdate}\napt_update`], { encoding: 'utf8', env });
  return { status, stdout, stderr, calls: readFileSync(calls, 'utf8').length / 2 };
}

describe('what refreshes the lists of apt', () => {
  it('waits for another apt, which has them locked', () => {
    expect(update(locked, 3)).toEqual({ status: 0, stdout: 'fetched\n', stderr: '', calls: 4 });
  });

  it('waits for two minutes at most, and says what it waited for', () => {
    expect(update(locked, 1000)).toEqual({ status: 100, stdout: '', stderr: `${locked}\n`, calls: 25 });
  });

  it('tells every other failure at once', () => {
    const says = 'E: The repository does not have a Release file.';
    expect(update(says, 1)).toEqual({ status: 100, stdout: '', stderr: `${says}\n`, calls: 1 });
  });
});
