import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'relevo-package-'));
const home = join(directory, 'node_modules/relevo');

/** As a user's shell has it: none of this checkout's programs, the system's Node. */
const env = { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

function run(program: string, argv: readonly string[], cwd = directory): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, env, encoding: 'utf8' });
  expect(status, `${program} ${argv.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

const relevo = (...argv: string[]) => run('node_modules/.bin/relevo', argv);

beforeAll(() => {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', directory], process.cwd())) as [
    { filename: string },
  ];
  run('npm', ['install', '--no-audit', '--no-fund', join(directory, packed.filename)]);
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('the package', () => {
  it('holds what runs, and no TypeScript but that of an example', () => {
    expect(globSync('{bin,dist}/**/*.ts', { cwd: home })).toEqual([]);
    expect(globSync('{src,test,bench}', { cwd: home })).toEqual([]);
  });

  it('runs whatever Node the system has', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(relevo('--version').trim()).toBe(version);
    expect(JSON.parse(relevo('schema'))).toEqual(JSON.parse(readFileSync('docs/relevo.schema.json', 'utf8')));
  });

  it('writes a starter that is valid, and brings the examples', () => {
    relevo('init');
    const missing = spawnSync('node_modules/.bin/relevo', ['plan', '-f', 'nowhere.yaml'], { cwd: directory, env });
    expect(missing.status).toBe(10);
    expect(readFileSync(join(home, 'examples/miniproyecto/relevo.yaml'), 'utf8')).toContain('name: miniproyecto');
  });
});
