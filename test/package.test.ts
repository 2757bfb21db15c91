import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { controllerSource } from '../src/adapters/node/controller.ts';
import { bundlePrograms } from '../src/adapters/node/exported.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-packed-'));
const unpacked = join(directory, 'package');

function run(program: string, argv: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, encoding: 'utf8' });
  expect(status, `${program} ${argv.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** What npm would install of the dependencies: no tools for development. */
function linkRuntime(): void {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(packages)) {
    if (path === '' || dev === true || path.lastIndexOf('node_modules/') > 0) continue;
    mkdirSync(join(unpacked, dirname(path)), { recursive: true });
    symlinkSync(resolve(path), join(unpacked, path));
  }
}

beforeAll(() => {
  const checkout = join(directory, 'checkout');
  const own = readdirSync('.').filter((name) => !['node_modules', '.git', 'dist', 'test'].includes(name));
  for (const name of own) cpSync(name, join(checkout, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
  run('npm', ['pack', '--offline', '--pack-destination', directory], checkout);
  const [tarball = ''] = readdirSync(directory).filter((name) => name.endsWith('.tgz'));
  run('tar', ['-xf', tarball], directory);
  linkRuntime();
}, 240_000);

afterAll(() => rmSync(directory, { recursive: true }));

it('brings the controller of this checkout along, since it has no bundler', async () => {
  expect(readdirSync(join(unpacked, 'node_modules'))).not.toContain('esbuild');
  const told = `const { controllerSource } = await import('./dist/adapters/node/controller.js');
    console.log(JSON.stringify(await controllerSource().assets()))`;
  const assets = run('node', ['--input-type=module', '-e', told], unpacked);
  expect(JSON.parse(assets)).toEqual(await controllerSource().assets());
  run('node', ['--check', 'dist/controller.cjs'], unpacked);
  expect(run('node', ['bin/relevo.js', '--version'], unpacked)).toMatch(/^\d/);
});

it('brings what runs in machines of Vagrant’s along as well', async () => {
  for (const { path, content } of await bundlePrograms())
    expect(readFileSync(join(unpacked, 'dist/exported', path), 'utf8') === content, path).toBe(true);
});
