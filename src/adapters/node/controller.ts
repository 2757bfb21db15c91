import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ControllerSource } from '../../ports/controller.ts';

/** Bundled when it is asked for, so that what runs in balancers is what runs here. */
export function controllerSource(): ControllerSource {
  const home = dirname(createRequire(import.meta.url).resolve('node/package.json'));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  let bundled: Promise<string> | undefined;
  const program = () => {
    bundled ??= bundle();
    return bundled;
  };
  return {
    program,
    node: join(home, 'bin', 'node'),
    assets: async () => ({
      node: version,
      program: createHash('sha256')
        .update(await program())
        .digest('hex'),
    }),
  };
}

async function bundle(): Promise<string> {
  const self = fileURLToPath(import.meta.url);
  const entry = join(dirname(self), '..', '..', 'controller', `main${extname(self)}`);
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, write: false, minify: true, keepNames: true },
    ...{ platform: 'node', target: 'node24', format: 'cjs', logLevel: 'silent' },
    external: ['bufferutil', 'utf-8-validate'], // ws does without them
  });
  return outputFiles[0]?.text ?? '';
}
