import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { exportedProgram } from '../../src/adapters/node/exported.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-exported-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** As install.sh lays it out in a machine, which has no npm packages. */
it('is Relevo in few files, which run where nothing else of it is', { timeout: 120_000 }, async () => {
  const files = new Map((await exportedProgram('1.2.3')).map(({ path, content }) => [path, content]));
  expect([...files.keys()].sort()).toEqual([
    'controller.cjs',
    'node.gz',
    'node.json',
    'package.json',
    'relevo.js',
    'worker.js',
  ]);
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  put('dist/cli/main.js', files.get('relevo.js') ?? '');
  put('package.json', files.get('package.json') ?? '');
  put('node', gunzipSync(files.get('node.gz') ?? ''));
  chmodSync(join(directory, 'node'), 0o755);
  const run = (...argv: string[]) =>
    spawnSync(join(directory, 'node'), ['dist/cli/main.js', ...argv], { cwd: directory, encoding: 'utf8', env: {} });
  expect(run('--version').stdout.trim()).toBe('1.2.3');
  put('relevo.yaml', 'version: 1\nname: shop\nmachines: { hosts: [m1] }\nservices: { web: { port: 99999 } }\n');
  expect(run('plan')).toMatchObject({ status: 3, stderr: expect.stringContaining('services.web.port') });
  const { version } = createRequire(resolve('package.json'))('node/package.json') as { version: string };
  expect(JSON.parse(String(files.get('node.json')))).toEqual({ name: 'node', version });
});
