/** A process that holds a lock, for as long as it lives; with `once` it ends by itself. */
import { takeLock } from '../../src/adapters/node/lock.ts';

const [directory = '', once] = process.argv.slice(2);
await takeLock(directory, 'held', `pid ${process.pid}`);
process.stdout.write('held\n');
if (once === undefined) setInterval(() => {}, 60_000);
