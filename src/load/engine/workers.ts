import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RelevoError } from '../../domain/failure.ts';
import type { LoadNews, LoadOrder } from '../load-engine.ts';
import { type AccountsDelta, sumOfDeltas } from '../stats/delta.ts';
import { mostGroups } from './assemble.ts';
import type { PhaseName, Player, Program } from './conduct.ts';
import { Counts } from './counts.ts';
import type { LogOrder } from './jtl-file.ts';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.ts';
import { WorkersShared } from './shared.ts';

/** In the checkout it is TypeScript, in what is built JavaScript. */
const script = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Of memory for new objects, megabytes: three times what bin/relevo.js gives the first thread, in other words. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

/** Milliseconds until a worker has compiled its plan, and until it has said its last. */
const patience = 60_000;

/** The same where one of them has failed, or some of its users do not end. */
const lastWords = 2000;

/** The workers of one process as one player: they agree on phases, and are stopped together. */
export class Workers implements Player {
  readonly #hands: readonly Hand[];
  readonly #counts: Counts;
  readonly #tell: (news: LoadNews) => void;
  readonly #told = new Set<string>();
  #halted = new Set<PhaseName>();
  #current: PhaseName = 'setUp';
  #deltas: AccountsDelta[] = [];

  constructor(order: LoadOrder, log: LogOrder | undefined, tell: (news: LoadNews) => void) {
    const { target, workers, jtl: _, ...rest } = order;
    const counts = Counts.memory(mostGroups);
    const given = {
      order: { ...rest, ...(target && { target: target.href }) },
      ...{ counts, shared: WorkersShared.memory(), log },
    };
    this.#counts = new Counts(counts);
    this.#tell = tell;
    this.#hands = Array.from({ length: workers }, (_, index) => {
      const hand = new Hand({ ...given, worker: { index, of: workers } }, (message) => this.#heard(hand, message));
      return hand;
    });
  }

  async ready(): Promise<Program> {
    const [first] = await Promise.all(this.#hands.map((hand) => hand.heard('ready', patience)));
    if (!first) throw new Error('a run needs a worker at least');
    return first.program;
  }

  #heard(from: Hand, message: FromWorker): void {
    if (message.is === 'accounts') this.#deltas.push(message.delta);
    else if (message.is === 'note' && !this.#told.has(message.text)) {
      this.#told.add(message.text);
      this.#tell({ is: 'note', text: message.text });
    } else if (message.is === 'stopped') this.#stop(message.now, from);
    else if (message.is === 'failed') this.break();
  }

  async play(phase: PhaseName, groups: readonly number[]): Promise<void> {
    this.#current = phase;
    await Promise.all(
      this.#hands.map((hand) => {
        hand.say({ do: 'play', phase, groups });
        return hand.heard('played');
      }),
    );
  }

  halted(phase: PhaseName): boolean {
    return this.#halted.has(phase);
  }

  stop(now: boolean): void {
    this.#stop(now, undefined);
  }

  #stop(now: boolean, but: Hand | undefined): void {
    this.#halted.add(this.#current);
    for (const hand of this.#hands) if (hand !== but) hand.say({ do: 'stop', now });
  }

  break(): void {
    this.#halted = new Set<PhaseName>(['setUp', 'main', 'tearDown']);
    for (const hand of this.#hands) hand.say({ do: 'break' });
  }

  /** What all of them told since the last time. */
  report(): void {
    if (this.#deltas.length === 0) return;
    const delta = { ...sumOfDeltas(this.#deltas), users: this.#counts.all() };
    this.#deltas = [];
    this.#tell({ is: 'accounts', delta });
  }

  /** They say their last, and are gone. */
  async end(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.end(patience)));
    this.report();
  }

  /** The same after one of them has failed: those that can tell what they have. */
  async salvage(): Promise<void> {
    await Promise.allSettled(this.#hands.map((hand) => hand.end(lastWords)));
    this.report();
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.terminate()));
  }
}

type Heard<Is extends FromWorker['is']> = Extract<FromWorker, { readonly is: Is }>;

/** One worker, and what is awaited of it. */
class Hand {
  readonly #worker: Worker;
  readonly #awaited = new Map<FromWorker['is'], (message: FromWorker) => void>();
  #failure: Error | undefined;
  #onFailure: (() => void)[] = [];

  constructor(given: WorkerOrder, heard: (message: FromWorker) => void) {
    this.#worker = new Worker(script, { workerData: given, resourceLimits });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.is === 'failed') this.#fail(new RelevoError(message.failure));
      this.#awaited.get(message.is)?.(message);
      heard(message);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`a worker ended with ${code} before its time`)));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const tell of this.#onFailure.splice(0)) tell();
  }

  async end(patience: number): Promise<void> {
    this.say({ do: 'end' });
    await this.heard('ended', patience);
  }

  say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** The next such message; rejects where the worker fails before, or after so many milliseconds. */
  heard<Is extends FromWorker['is']>(is: Is, patience?: number): Promise<Heard<Is>> {
    return new Promise((resolve, reject) => {
      const late = () => this.#fail(new Error(`a worker did not say "${is}" within ${patience} ms`));
      const timer = patience === undefined ? undefined : setTimeout(late, patience);
      const fail = () => {
        clearTimeout(timer);
        reject(this.#failure);
      };
      if (this.#failure) return fail();
      this.#onFailure.push(fail);
      this.#awaited.set(is, (message) => {
        clearTimeout(timer);
        this.#onFailure = this.#onFailure.filter((each) => each !== fail);
        this.#awaited.delete(is);
        resolve(message as Heard<Is>);
      });
      return undefined;
    });
  }

  async terminate(): Promise<void> {
    this.#onFailure = [];
    await this.#worker.terminate();
  }
}
