/** A process that never gets done with putting things back: only a second signal ends it before its patience does. */
import { nodeProcess } from '../../src/adapters/node/process.ts';
import { watchSignals } from '../../src/cli/signals.ts';

watchSignals(nodeProcess(), () => {
  process.stdout.write('ending\n');
  return new Promise(() => {});
});
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
