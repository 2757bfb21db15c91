// Part of `npm run build`: the controller as one file, so that the package does without a bundler.
import { writeFileSync } from 'node:fs';
import { bundle } from '../src/adapters/node/controller.ts';

writeFileSync('dist/controller.cjs', await bundle());
