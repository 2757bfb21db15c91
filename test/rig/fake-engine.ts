import type { LoadTools } from '../../src/app/load.ts';
import type { PlanFinding } from '../../src/domain/load.ts';
import { inspectProperties } from '../../src/load/engine/properties.ts';
import type { LoadEngine, LoadNews, LoadOrder } from '../../src/load/load-engine.ts';
import type { Sample } from '../../src/load/sample.ts';
import { Accounts } from '../../src/load/stats/accounts.ts';
import { sampleOf } from '../load/samples.ts';

export interface Script {
  /** What each second brings; absent: a hundred good samples for three seconds. */
  readonly seconds?: readonly (readonly Partial<Sample>[])[];
  readonly notes?: readonly string[];
  readonly late?: number;
  readonly dropped?: number;
  readonly busy?: number;
  readonly lag?: number;
  readonly findings?: readonly PlanFinding[];
  /** Before its log is begun. */
  readonly refusal?: Error;
  readonly error?: Error;
  /** It goes on until it is told to end. */
  readonly endless?: boolean;
}

/** An engine that tells what a test says, at once; what it was ordered to do is remembered. */
export class FakeEngine implements LoadEngine {
  readonly orders: LoadOrder[] = [];
  readonly name: LoadEngine['name'];
  readonly #script: Script;
  readonly #begun = Promise.withResolvers<void>();
  /** Resolves when a run has told what it has to tell. */
  readonly begun = this.#begun.promise;

  constructor(name: LoadEngine['name'], script: Script) {
    this.name = name;
    this.#script = script;
  }

  async run(order: LoadOrder, tell: (news: LoadNews) => void, signal: AbortSignal): Promise<void> {
    const {
      seconds = threeGoodOnes,
      notes = [],
      late = 0,
      dropped = 0,
      busy = 0.2,
      lag = 0,
      refusal,
      error,
      endless,
    } = this.#script;
    this.orders.push(order);
    for (const text of notes) tell({ is: 'note', text });
    if (refusal !== undefined) throw refusal;
    if (order.jtl) tell({ is: 'log' });
    const accounts = new Accounts();
    for (let i = 0; i < late; i += 1) accounts.late();
    accounts.dropped(dropped);
    for (const [second, samples] of seconds.entries()) {
      for (const each of samples) accounts.record(sampleOf({ start: (1 + second) * 1000, ...each }));
      tell({ is: 'accounts', delta: accounts.take({ users: samples.length, busy, lag }) });
    }
    this.#begun.resolve();
    if (error !== undefined) throw error;
    if (endless && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
}

const threeGoodOnes = Array.from({ length: 3 }, () => Array.from({ length: 100 }, () => ({})));

/** Both engines do as the script says. */
export function fakeTools(script: Script = {}) {
  const [embedded, jmeter] = [new FakeEngine('embedded', script), new FakeEngine('jmeter', script)];
  const loadTools: LoadTools = {
    engine: async (name) => ({ embedded, jmeter })[name],
    check: async ({ root }, properties) => ({
      honoured: [{ title: 'HTTP Request', role: 'sampler', count: 1 }],
      findings: [...(script.findings ?? []), ...inspectProperties(root, properties)],
    }),
  };
  return { embedded, jmeter, loadTools };
}
