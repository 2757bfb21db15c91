import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { RelevoError } from '../../domain/failure.ts';
import type { ExportedFile } from '../../ports/exported.ts';
import { controllerSource } from './controller.ts';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..', '..');
const isCheckout = extname(self) === '.ts';

/**
 * Relevo itself, as a machine with nothing but Debian can run it: the program in one file, the threads that make load in another,
 * the controller, and the Node.js on which all of it was tested. Balancers need that one anyway, and Debian 12 has another.
 */
export async function exportedProgram(version: string): Promise<readonly ExportedFile[]> {
  const controller = controllerSource();
  if (controller.platform !== 'linux') throw noLinux(controller.platform);
  const node = await promisify(gzip)(await readFile(controller.node), { level: 3 });
  const package_ = { name: 'relevo', version, type: 'module' };
  const runtime = { name: 'node', version: (await controller.assets()).node };
  const programs = isCheckout ? await bundlePrograms() : await builtPrograms();
  return [
    ...programs,
    { path: 'controller.cjs', content: await controller.program() },
    { path: 'package.json', content: `${JSON.stringify(package_)}\n` },
    { path: 'node.json', content: `${JSON.stringify(runtime)}\n` },
    { path: 'node.gz', content: node },
  ];
}

/** The first machine would get a Node.js that does not run there. */
function noLinux(platform: string): RelevoError {
  const message = `an export has this computer's Node.js for the first machine, which runs Linux, and this computer runs ${platform}`;
  const hint = "export it on Linux with the machines' processor, for instance in a virtual machine";
  return new RelevoError({ code: 'host-lacks', message, hint });
}

/** Modules of their own, from the sources of a checkout. */
const entries = { relevo: join('cli', 'main.ts'), worker: join('load', 'engine', 'worker.ts') } as const;
const names = Object.keys(entries).map((name) => `${name}.js`);

const builtPrograms = () =>
  Promise.all(names.map(async (path) => ({ path, content: await readFile(join(root, 'exported', path), 'utf8') })));

export async function bundlePrograms(): Promise<ExportedFile[]> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    ...{ bundle: true, write: false, minify: true, keepNames: true, outdir: 'exported' },
    ...{ platform: 'node', target: 'node24', format: 'esm', logLevel: 'silent' },
    external: ['bufferutil', 'utf-8-validate', 'esbuild'], // ws does without them, and nothing is bundled there
    // what is CommonJS asks for Node's modules by `require`, which modules lack
    banner: {
      js: "import { createRequire as requireMaker } from 'node:module'; const require = requireMaker(import.meta.url);",
    },
  });
  return outputFiles.map(({ path, text }) => ({ path: path.split('/').at(-1) ?? '', content: text }));
}
