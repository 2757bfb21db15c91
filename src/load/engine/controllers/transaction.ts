import type { Sample } from '../../sample.ts';
import { endOf, newSample } from '../leaf.ts';
import type { Assertion } from '../support.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, Controller, type Step, type TransactionStep } from './controller.ts';

export interface TransactionSettings {
  /** Timers and everything else between the samples counts as the transaction's time. */
  readonly includeTimers: boolean;
  /** Assertions in the scope of the controller, for its parent sample. */
  readonly checks: readonly Assertion[];
}

function counted(samples: number, failing: number): string {
  return `Number of samples in transaction : ${samples}, number of failing samples : ${failing}`;
}

/** Gives a sample of its own after those inside. */
export class Transaction extends Controller {
  readonly #settings: TransactionSettings;
  #result: Sample | undefined;
  #calls = 0;
  #failing = 0;
  /** Looks that came to nothing: JMeter counts a call for each, once a sampler comes of them. */
  #looks = 0;
  #pause = 0;
  #lastEnd = 0;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: TransactionSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override attempt(): Step | undefined | typeof again {
    if (this.first) this.#begin();
    const atEnd = this.current === this.children.length;
    const step = super.attempt();
    if (step === again) this.#looks += 1;
    else if (step === undefined && atEnd) this.#end();
    else this.#count();
    return step;
  }

  #count(): void {
    this.#calls += 1 + this.#looks;
    this.#looks = 0;
  }

  #begin(): void {
    const now = this.user.run.clock.now();
    this.#result = newSample(this.branch.name.of(this.user), now);
    this.#calls = 0;
    this.#failing = 0;
    this.#looks = 0;
    this.#pause = 0;
    this.#lastEnd = now;
  }

  #end(): void {
    const result = this.#result;
    if (!result) return;
    if (!this.#settings.includeTimers) this.#pause += this.user.run.clock.now() - this.#lastEnd;
    if (result.success) result.code = '200';
    this.#tell(result);
  }

  override endPass(): void {
    const result = this.#result;
    if (result) {
      result.success = this.user.variables.get('JMeterThread.last_sample_ok') === 'true';
      this.#tell(result);
    }
    super.endPass();
  }

  #tell(result: Sample): void {
    result.idle = this.#pause;
    result.elapsed = this.user.run.clock.now() - result.start - result.idle;
    result.message = counted(this.#calls, this.#failing);
    result.beside = true;
    // JMeter can tell nobody where no sampler came yet.
    if (!this.user.begun) return;
    this.#result = undefined;
    this.user.report.sample(result);
  }

  override saw(sample: Sample): void {
    const result = this.#result;
    if (!result) return;
    result.thread = sample.thread;
    result.received += sample.received;
    result.sent += sample.sent;
    if (!this.#settings.includeTimers) {
      this.#pause += endOf(sample) - sample.elapsed - this.#lastEnd;
      this.#lastEnd = endOf(sample);
    }
    if (!sample.success) {
      result.success = false;
      this.#failing += 1;
    }
    result.unknown ||= sample.unknown;
    result.allThreads = sample.allThreads;
    result.groupThreads = sample.groupThreads;
    result.latency += sample.latency;
    result.connect += sample.connect;
  }
}

/** Gives one sample that has those inside as its children. */
export class ParentTransaction extends Controller {
  readonly #settings: TransactionSettings;
  #pass: Pass | undefined;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: TransactionSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override attempt(): Step | undefined | typeof again {
    if (this.#pass?.done) {
      this.#pass = undefined;
      return undefined;
    }
    if (this.first || !this.#pass) this.#pass = new Pass(this, this.#settings);
    let step = super.attempt();
    while (step === again) step = super.attempt();
    this.#pass.sub = step;
    if (step === undefined) this.#pass.finish();
    return this.#pass;
  }

  override endPass(): void {
    const pass = this.#pass;
    if (pass?.sub?.is === 'transaction') pass.add(pass.sub.result);
    pass?.finish();
    this.#pass = undefined;
    super.endPass();
  }
}

class Pass implements TransactionStep {
  readonly is = 'transaction';
  readonly owner: Controller;
  readonly result: Sample;
  readonly #settings: TransactionSettings;
  sub: Step | undefined;
  done = false;
  #calls = 0;
  #failing = 0;
  #time = 0;
  #connect = 0;

  constructor(owner: Controller, settings: TransactionSettings) {
    this.owner = owner;
    this.#settings = settings;
    this.result = newSample(owner.branch.name.of(owner.user), owner.user.run.clock.now());
  }

  get checks(): readonly Assertion[] {
    return this.#settings.checks;
  }

  add(sample: Sample): void {
    const { result } = this;
    if (this.#calls === 0 && sample.intended !== undefined) result.intended = sample.intended;
    this.#calls += 1;
    if (this.#failing === 0) result.code = sample.code;
    if (!sample.success) {
      result.success = false;
      this.#failing += 1;
    }
    result.unknown ||= sample.unknown;
    result.received += sample.received;
    result.sent += sample.sent;
    result.elapsed = Math.max(result.elapsed, endOf(sample) - result.start);
    result.children.push(sample);
    this.#time += sample.elapsed;
    this.#connect += sample.connect;
  }

  /** All of it has run. */
  finish(): void {
    const { result } = this;
    this.done = true;
    result.message = counted(this.#calls, this.#failing);
    if (result.success) result.code = '200';
    if (!this.#settings.includeTimers) {
      result.idle = this.owner.user.run.clock.now() - result.start - this.#time;
      result.elapsed = this.#time;
    }
    result.connect = this.#connect;
  }
}
