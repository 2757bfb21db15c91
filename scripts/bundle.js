// Part of `npm run build`: what runs elsewhere, each as one file, so that the package does without a bundler.
import { mkdirSync, writeFileSync } from 'node:fs';
import { bundle } from '../src/adapters/node/controller.ts';
import { bundlePrograms } from '../src/adapters/node/exported.ts';

writeFileSync('dist/controller.cjs', await bundle());
mkdirSync('dist/exported');
for (const { path, content } of await bundlePrograms()) writeFileSync(`dist/exported/${path}`, content);
