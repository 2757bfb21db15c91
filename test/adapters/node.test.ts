import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/adapters/node/lock.ts';
import { run } from '../../src/adapters/node/run.ts';
import { node } from '../rig/process.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-node-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a program with a time limit', () => {
  it('is killed with what it started, at its limit', async () => {
    const began = performance.now();
    const script = 'echo $$; sleep 60 & echo $!; wait';
    const { code, stdout } = await run(['flock', join(directory, 'lock'), 'sh', '-c', script], { timeout: 0.5 });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(code).toBe(137);
    const pids = stdout.trim().split('\n');
    expect(pids).toHaveLength(2);
    await expect
      .poll(() => spawnSync('ps', ['-o', 'stat=', '-p', pids.join()], { encoding: 'utf8' }).stdout)
      .toMatch(/^(Z\S*\s*)*$/);
  });

  it('is not waited for where something that left its group holds its output', async () => {
    const began = performance.now();
    const { code, stdout } = await run(['setsid', '--fork', 'sh', '-c', 'echo begun; sleep 8'], { timeout: 0.5 });
    expect(performance.now() - began).toBeLessThan(5000);
    expect({ code, stdout }).toEqual({ code: 137, stdout: 'begun\n' });
  });

  it('may end before', async () => {
    expect(await run(['sh', '-c', 'cat; exit 3'], { stdin: 'in', timeout: 60 })).toEqual({
      ...{ code: 3, stdout: 'in\n', stderr: '' },
    });
  });

  it('may be missing', async () => {
    await expect(run(['relevo-no-such-program'])).rejects.toMatchObject({ failure: { code: 'host-lacks' } });
  });
});

describe('the lock', () => {
  it('is given to one at a time, who is named to the others', async () => {
    const first = await takeLock(directory, 'shop', 'relevo up\u001b[2J, pid 1');
    const second = takeLock(directory, 'shop', 'relevo up, pid 2');
    await expect(second).rejects.toThrow('another command works on this project: relevo up [2J, pid 1');
    await using _other = await takeLock(directory, 'another', 'relevo up, pid 2');
    await first[Symbol.asyncDispose]();
    await using _again = await takeLock(directory, 'shop', 'relevo up, pid 3');
  });

  it('is free again when its holder is killed', async () => {
    using holder = node('test/rig/holder.ts', directory);
    await holder.until(/held/);
    await expect(takeLock(directory, 'held', 'me')).rejects.toThrow(`pid ${holder.child.pid}`);
    holder.child.kill('SIGKILL');
    await holder.code;
    const take = () => takeLock(directory, 'held', 'me').then((lock) => lock[Symbol.asyncDispose]());
    await expect
      .poll(() =>
        take().then(
          () => 'free',
          () => 'taken',
        ),
      )
      .toBe('free');
  });

  it('keeps nobody from ending', async () => {
    using holder = node('test/rig/holder.ts', directory, 'once');
    expect(await holder.code).toBe(0);
  });
});
