import type { Element } from '../jmx/element.ts';
import type { LoadEngine, LoadNews, LoadOrder } from '../load-engine.ts';
import { intendedColumn, type OwnColumn, serverColumn } from '../results/csv.ts';
import { assemble, mostGroups } from './assemble.ts';
import { RealClock } from './clock.ts';
import { conduct, type Player, type Program } from './conduct.ts';
import { Counts } from './counts.ts';
import { expandedPlan } from './expand.ts';
import { isOpen } from './groups/catalogue.ts';
import { JtlFile, type LogOrder } from './jtl-file.ts';
import { Recorder } from './recorder.ts';
import { LocalShared } from './shared.ts';
import { whyOneWorker } from './single.ts';
import { Workers } from './workers.ts';

type Tell = (news: LoadNews) => void;

/** Milliseconds between two accounts. */
const beat = 1000;

/** Milliseconds that samples in flight are awaited after a stop, and that users have to end when these are broken off. */
export interface Patience {
  readonly grace: number;
  readonly last: number;
}

/** A run in this process, or in its workers. */
interface Troupe extends Player {
  stop(now: boolean): void;
  /** Now, and nothing follows. */
  break(): void;
  report(): void;
}

/** Runs plans by itself, as JMeter would. */
export class EmbeddedEngine implements LoadEngine {
  readonly name = 'embedded';
  readonly #patience: Patience;

  constructor(patience: Patience = { grace: 10_000, last: 10_000 }) {
    this.#patience = patience;
  }

  async run(order: LoadOrder, tell: Tell, signal: AbortSignal): Promise<void> {
    const plan = expandedPlan(order.plan, order.anyFile);
    const log = order.jtl && { ...order.jtl, own: ownColumns(plan, order) };
    if (log) {
      JtlFile.begin(log);
      tell({ is: 'log' });
    }
    const why = order.workers > 1 ? whyOneWorker(plan) : undefined;
    if (why !== undefined) tell({ is: 'note', text: `The plan runs on one core: ${why}.` });
    try {
      if (order.workers > 1 && why === undefined) await this.#byWorkers(order, log, tell, signal);
      else await this.#here(order, log, tell, signal);
    } finally {
      if (log) JtlFile.end(log);
    }
  }

  async #here(order: LoadOrder, log: LogOrder | undefined, tell: Tell, signal: AbortSignal): Promise<void> {
    const recorder = new Recorder(log);
    const counts = new Counts(Counts.memory(mostGroups));
    const account = () => tell({ is: 'accounts', delta: recorder.take(counts.all()) });
    const report = () => {
      account();
      recorder.flush();
    };
    try {
      const plan = assemble(order, {
        ...{ clock: new RealClock(), shared: new LocalShared(), counts, report: recorder },
        worker: { index: 0, of: 1 },
        note: (text) => tell({ is: 'note', text }),
        stopped: () => {},
      });
      await this.#conduct(plan.program, Object.assign(plan, { report }), tell, signal).finally(account);
    } finally {
      recorder.close();
    }
  }

  async #byWorkers(order: LoadOrder, log: LogOrder | undefined, tell: Tell, signal: AbortSignal): Promise<void> {
    const workers = new Workers(order, log, tell);
    try {
      await this.#conduct(await workers.ready(), workers, tell, signal);
      await workers.end();
    } catch (error) {
      await workers.salvage();
      throw error;
    } finally {
      await workers.terminate();
    }
  }

  /** To its end, to a stop's end, or until users that should have ended long ago are given up. */
  async #conduct(program: Program, troupe: Troupe, tell: Tell, signal: AbortSignal): Promise<void> {
    const broken = Promise.withResolvers<never>();
    const ticking = setInterval(() => {
      try {
        troupe.report();
      } catch (error) {
        troupe.break();
        broken.reject(error); // the log can't be written
      }
    }, beat);
    const stop = new Stop(troupe, this.#patience, signal);
    try {
      const given = await Promise.race([
        conduct(program, troupe).then(() => 'ended' as const),
        stop.givenUp,
        broken.promise,
      ]);
      if (given === 'given up') tell({ is: 'note', text: 'Some requests did not end when they were broken off.' });
    } finally {
      clearInterval(ticking);
      stop.dispose();
    }
  }
}

/** Who answers, where that is asked for; and when requests should have begun, where the plan says so. */
function ownColumns(plan: Element, { askServer }: LoadOrder): OwnColumn[] {
  return [...(askServer ? [serverColumn] : []), ...(isOpen(plan) ? [intendedColumn] : [])] as OwnColumn[];
}

/** What a signal brings about: in order first, then at once, then without those who do not end. */
class Stop {
  readonly givenUp: Promise<'given up'>;
  readonly #signal: AbortSignal;
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(troupe: Troupe, { grace, last }: Patience, signal: AbortSignal) {
    this.#signal = signal;
    const { promise, resolve } = Promise.withResolvers<'given up'>();
    this.givenUp = promise;
    this.#begin = () => {
      troupe.stop(false);
      this.#timer = setTimeout(() => {
        troupe.break();
        this.#timer = setTimeout(() => resolve('given up'), last);
      }, grace);
    };
    if (signal.aborted) this.#begin();
    else signal.addEventListener('abort', this.#begin, { once: true });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#begin);
  }
}
