/** A process that never gets done with putting things back, and whose patience has no end: only a second signal ends it. */
import { nodeProcess } from '../../src/adapters/node/process.ts';
import { watchSignals } from '../../src/cli/signals.ts';

const never = () => new Promise<never>(() => {});
watchSignals(Object.assign(nodeProcess(), { sleep: never }), () => {
  process.stdout.write('ending\n');
  return never();
});
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
