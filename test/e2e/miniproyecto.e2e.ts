import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/domain/status.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-e2e-'));
const file = join(directory, 'relevo.yaml');
const port = 1180;

function relevo(...words: string[]): { code: number | null; stdout: string; stderr: string } {
  const [command = '', ...rest] = words;
  const { status, stdout, stderr } = spawnSync('./relevo', [command, '-f', file, ...rest], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stdout, stderr };
}

function edit(from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

/** One request on a connection of its own: the page's title, or why there is none. */
function title(): Promise<string> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, agent: false, signal: AbortSignal.timeout(5000) }, (answer) => {
      let body = '';
      answer.on('data', (piece) => {
        body += piece;
      });
      answer.on('end', () =>
        resolve(answer.statusCode === 200 ? (/<title>(\w+)/.exec(body)?.[1] ?? body) : `status ${answer.statusCode}`),
      );
    }).on('error', (error) => resolve(error.message));
  });
}

beforeAll(() => {
  cpSync('examples/miniproyecto', directory, { recursive: true });
  edit('name: miniproyecto', 'name: relevo-e2e');
  edit('publish: 1080', `publish: ${port}`);
});

afterAll(() => {
  relevo('destroy', '--yes');
  rmSync(directory, { recursive: true });
});

describe('the mini-project on real machines', () => {
  it('is completed by the next up after being killed in the middle', async () => {
    const first = spawn('./relevo', ['up', '-f', file, '--yes', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise<void>((resolve) => {
      createInterface({ input: first.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as { type: string; step?: string };
        if (event.type === 'step-started' && event.step === 'join virtualMachine2') first.kill('SIGKILL');
      });
      first.on('close', () => resolve());
    });
    const up = relevo('up', '--yes');
    expect(up.code, up.stdout + up.stderr).toBe(0);
  });

  it('has three members, two instances that are UP, and answers from both in turn', async () => {
    const status = JSON.parse(relevo('status', '--json').stdout) as Status;
    expect(status.members.map(({ state, message }) => [state, message])).toEqual(
      Array(3).fill(['ONLINE', 'Fully operational']),
    );
    expect(status.instances.map(({ name, machine, server }) => [name, machine, server])).toEqual([
      ['web-1', 'virtualMachine2', 'UP'],
      ['web-2', 'virtualMachine3', 'UP'],
    ]);
    const titles = [await title(), await title(), await title(), await title()];
    expect([...new Set(titles)].sort()).toEqual(['Web01', 'Web02']);
  });

  it('has nothing left to do', () => {
    expect(relevo('plan').code).toBe(0);
    expect(relevo('up', '--yes').stdout).toContain('Up to date');
  });

  it('runs commands inside, and passes their exit codes on', () => {
    expect(relevo('exec', 'web-1', '--', 'sh', '-c', 'echo inside; exit 7')).toMatchObject({
      code: 7,
      stdout: 'inside\n',
    });
  });

  it('is destroyed without a trace', () => {
    expect(relevo('destroy', '--yes').code).toBe(0);
    const status = JSON.parse(relevo('status', '--json').stdout) as Status;
    expect(status.machines.map(({ state }) => state)).toEqual(['absent', 'absent', 'absent']);
    expect(relevo('destroy', '--yes').stdout).toContain('nothing to remove');
  });
});
