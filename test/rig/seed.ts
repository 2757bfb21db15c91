import fc from 'fast-check';
import { long, seed } from '../properties/settings.ts';

/** For all properties of a file, before any of them. */
fc.configureGlobal({ seed });
if (long) console.info(`seed ${seed}`);
