import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/event.ts';
import { node, onTerminal, type Running } from '../rig/process.ts';
import { head } from '../spec/helpers.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-signals-'));
const file = join(directory, 'relevo.yaml');
writeFileSync(
  file,
  `${head.replace('demo', `demo${process.pid}`)}services: {web: {port: 80}}\nbalancer: {publish: 18099}\n`,
);
afterAll(() => rmSync(directory, { recursive: true }));

const up = ['test/rig/stuck.ts', 'up', '-f', file];
const showCursor = '\u001b[?25h';
const advice = 'interrupted; run `relevo up` again to go on, or `relevo destroy`';

/** The program that a step waits for; it says its own process id. */
async function programOf(running: Running): Promise<number> {
  const [, pid] = await running.until(/"line":"(\d+)"/);
  return Number(pid);
}

/** A zombie is dead, however long its new parent takes to notice. */
function lives(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}

describe('up, interrupted', () => {
  it('by Ctrl-C gives the cursor back and tells how to go on', async () => {
    using running = onTerminal(...up, '--yes');
    await running.until(/prepare base image debian\/12 {2}\d+/);
    running.type('\u0003');
    expect(await running.code).toBe(130);
    expect(running.stdout).toContain(advice);
    expect(running.stdout.lastIndexOf(showCursor)).toBeGreaterThan(running.stdout.lastIndexOf('\u001b[?25l'));
    expect(running.stdout).toContain('not finished');
  });

  it('by SIGTERM ends with 143, and the programs it runs with it', async () => {
    using running = node(...up, '--yes', '--json');
    const program = await programOf(running);
    running.child.kill('SIGTERM');
    expect(await running.code).toBe(143);
    await expect.poll(() => lives(program)).toBe(false);
    const last = JSON.parse(running.stdout.trimEnd().split('\n').at(-1) ?? '') as Event;
    expect(last).toMatchObject({ type: 'finished', ok: false, failure: { code: 'interrupted' } });
    expect(running.stderr).toBe('');
  });

  it('at the question, by Ctrl-C', async () => {
    using running = onTerminal(...up);
    await running.until(/Go on\? \[y\/N\] /);
    running.type('\u0003');
    expect(await running.code).toBe(130);
    expect(running.stdout).toContain(advice);
  });

  it('takes Ctrl-D at the question for a no', async () => {
    using running = onTerminal(...up);
    await running.until(/Go on\? \[y\/N\] /);
    running.type('\u0004');
    expect(await running.code).toBe(9);
    expect(running.stdout).toContain('not confirmed, so nothing was changed');
  });

  it('ends when told twice, whatever it still has to do', async () => {
    using running = node('test/rig/slow-to-end.ts');
    await running.until(/ready/);
    running.child.kill('SIGINT');
    await running.until(/ending/);
    running.child.kill('SIGINT');
    expect(await running.code).toBe(130);
  });
});

describe('two at once', () => {
  it('the second says who holds the project, and changes nothing', async () => {
    using first = node(...up, '--yes', '--json');
    await programOf(first);
    using second = node(...up, '--yes');
    expect(await second.code).toBe(5);
    expect(second.stderr).toContain(`another command works on this project: relevo up, pid ${first.child.pid}, since`);
    using third = node(...up, '--yes', '--json');
    expect(await third.code).toBe(5);
    expect(JSON.parse(third.stdout)).toMatchObject({ type: 'finished', failure: { code: 'busy' } });
  });
});

describe('a reader that has seen enough', () => {
  it('ends the command without a word', async () => {
    using running = node('src/cli/main.ts', 'schema');
    running.child.stdout.destroy();
    expect(await running.code).toBe(141);
    expect(running.stderr).toBe('');
  });
});
