import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControllerSource } from '../../ports/controller.ts';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..', '..');

/** A package brings its controller along. A checkout bundles it when it is asked for: what runs in balancers is what runs here. */
export function controllerSource(): ControllerSource {
  const home = dirname(createRequire(import.meta.url).resolve('node/package.json'));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const isCheckout = extname(self) === '.ts';
  let known: Promise<string> | undefined;
  const program = () => {
    known ??= isCheckout ? bundle() : readFile(join(root, 'controller.cjs'), 'utf8');
    return known;
  };
  return {
    program,
    ...{ node: join(home, 'bin', 'node'), platform: process.platform, processor: process.arch },
    assets: async () => ({
      node: version,
      program: createHash('sha256')
        .update(await program())
        .digest('hex'),
    }),
  };
}

/** One file, from the sources of a checkout. */
export async function bundle(): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    ...{
      entryPoints: [join(root, 'controller', 'main.ts')],
      bundle: true,
      write: false,
      minify: true,
      keepNames: true,
    },
    ...{ platform: 'node', target: 'node24', format: 'cjs', logLevel: 'silent' },
    external: ['bufferutil', 'utf-8-validate'], // ws does without them
  });
  return outputFiles[0]?.text ?? '';
}
