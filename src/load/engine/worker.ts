import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../domain/failure.ts';
import { assemble } from './assemble.ts';
import { RealClock } from './clock.ts';
import { Counts } from './counts.ts';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.ts';
import type { PlanAtWork } from './plan-at-work.ts';
import { Recorder } from './recorder.ts';
import { WorkersShared } from './shared.ts';

/** One of several workers: it has its part of the users, and does what the process that conducts the run says. */

/** Milliseconds between two accounts. */
const beat = 1000;

const given = workerData as WorkerOrder;
const port = parentPort;
if (!port) throw new Error('worker.ts is a worker');
const say = (message: FromWorker) => port.postMessage(message);
const recorder = new Recorder(given.log);
const counts = new Counts(given.counts);

function begin(): PlanAtWork {
  const { target, ...order } = given.order;
  return assemble(
    { ...order, ...(target !== undefined && { target: new URL(target) }) },
    {
      ...{ clock: new RealClock(), shared: new WorkersShared(given.shared), counts, report: recorder },
      worker: given.worker,
      note: (text) => say({ is: 'note', text }),
      stopped: (now) => say({ is: 'stopped', now }),
    },
  );
}

/** What there is so far is told before: it counts, though the run ends here. */
function fail(error: unknown): void {
  tell();
  say({ is: 'failed', failure: failureOf(error) });
}

const tell = () => say({ is: 'accounts', delta: recorder.take(counts.all()) });

function serve(plan: PlanAtWork): void {
  const ticking = setInterval(() => {
    tell();
    try {
      recorder.flush();
    } catch (error) {
      fail(error); // the log can't be written
    }
  }, beat);
  port?.on('message', (message: ToWorker) => {
    if (message.do === 'play') plan.play(message.phase, message.groups).then(() => say({ is: 'played' }), fail);
    else if (message.do === 'stop') plan.stop(message.now);
    else if (message.do === 'break') plan.break();
    else {
      clearInterval(ticking);
      end();
    }
  });
  say({ is: 'ready', program: plan.program });
}

function end(): void {
  tell();
  try {
    recorder.close();
    say({ is: 'ended' });
  } catch (error) {
    fail(error);
  }
  port?.close();
}

try {
  serve(begin());
} catch (error) {
  fail(error);
}
