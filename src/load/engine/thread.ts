import type { Sample } from '../sample.ts';
import type { Controller, Step, TransactionStep } from './controllers/controller.ts';
import type { Leaf } from './leaf.ts';
import { lateness } from './report.ts';
import { type Assertion, StopUser } from './support.ts';
import type { VirtualUser } from './virtual-user.ts';

/** So many samples in a row without a breath, and nobody else would come to his turn. */
const stretch = 50;

const lastSampleOk = 'JMeterThread.last_sample_ok';

/**
 * The life of one user, as JMeter's JMeterThread leads it: next sampler, pre-processors, timers, sample, post-processors,
 * assertions, what follows from a failure; until its controllers are done, its time is up, or somebody stops it.
 */
export async function live(user: VirtualUser, root: Controller): Promise<void> {
  user.variables.set(lastSampleOk, 'true');
  try {
    await new Thread(user, root).run();
  } catch (error) {
    if (!(error instanceof StopUser)) throw error;
  }
}

class Thread {
  readonly #user: VirtualUser;
  readonly #root: Controller;
  /** Transactions around the sampler that is at work, outermost first. */
  readonly #within: TransactionStep[] = [];
  #unbroken = 0;

  constructor(user: VirtualUser, root: Controller) {
    this.#user = user;
    this.#root = root;
  }

  /** One long function, since each that sleeps costs memory while it does: ten thousand users sleep here. */
  async run(): Promise<void> {
    const user = this.#user;
    const root = this.#root;
    while (user.alive) {
      if (root.rest) await root.rest();
      let step = user.alive ? root.next() : undefined;
      if (!step) await this.#idle();
      while (step && user.alive) {
        if (root.locking.length > 0) await this.#lock();
        const leaf = this.#descend(step);
        try {
          if (leaf) {
            const delay = leaf.holds ? await this.#hold(leaf) : this.#prepare(leaf);
            if (delay > 0) await user.run.clock.sleep(delay, user.control.halt);
            const due = user.due;
            user.due = 0;
            if (user.alive) {
              const pending = leaf.sampler.sample(user);
              const sample = pending instanceof Promise ? await pending : pending;
              if (sample) this.#complete(leaf, sample, due);
            }
          }
        } catch (error) {
          this.#stopped(error);
        }
        this.#mindEnd();
        const closed = this.#ascend();
        if (++this.#unbroken >= stretch) await this.#breathe();
        step = this.#next(step, closed);
      }
      if (root.isDone()) return;
    }
  }

  /** Also where the user ends with this step: a transaction may be complete now. */
  #next(step: Step, closed: boolean): Step | undefined {
    if (this.#goesOn()) return this.#root.next();
    this.#jump(step, closed);
    return undefined;
  }

  #stopped(error: unknown): void {
    if (!(error instanceof StopUser)) throw error;
    this.#user.running = false;
  }

  #mindEnd(): void {
    const user = this.#user;
    if (user.scheduled && user.run.clock.now() >= user.end) user.running = false;
  }

  /** A pass without any sampler. JMeter would spin; the others want their turn, and the time goes on. */
  async #idle(): Promise<void> {
    const { run, control } = this.#user;
    if (this.#root.isDone() || this.#root.rest) return;
    await run.clock.sleep(1, control.halt);
    this.#mindEnd();
  }

  #breathe(): Promise<void> {
    this.#unbroken = 0;
    return this.#user.run.clock.sleep(0, this.#user.control.halt);
  }

  async #lock(): Promise<void> {
    const { locking } = this.#root;
    for (let each = locking.shift(); each; each = locking.shift()) await each.lock();
  }

  /** Through transactions that give one sample, outermost first, to the sampler; there is none where the innermost is done. */
  #descend(step: Step): Leaf | undefined {
    this.#within.length = 0;
    let inner: Step | undefined = step;
    while (inner?.is === 'transaction') {
      this.#within.push(inner);
      inner = inner.done ? undefined : inner.sub;
    }
    return inner;
  }

  /** Out of them again: those that are done, or whose user ends, are complete now. Whether the outermost is. */
  #ascend(): boolean {
    const within = this.#within;
    let complete = false;
    for (let at = within.length - 1; at >= 0; at -= 1) {
      const step = within[at] as TransactionStep;
      const around = within[at - 1];
      complete = step.done || !this.#user.alive;
      if (!complete) continue;
      this.#close(step, around);
      around?.add(step.result);
    }
    return complete;
  }

  #close(step: TransactionStep, around: TransactionStep | undefined): void {
    const { result } = step;
    this.#sign(result);
    this.#check(step.checks, result);
    if (!around) this.#tell(result, step.owner.parent, undefined);
  }

  /** Pre-processors and timers. Milliseconds to wait; the user ends instead where it would wait for longer than it lives. */
  #prepare(leaf: Leaf): number {
    const user = this.#user;
    user.begun = true;
    user.sampler = leaf.sampler;
    for (const before of leaf.befores) before.run(user);
    let delay = 0;
    for (const timer of leaf.timers) delay += timer.delay(user);
    return this.#wait(delay);
  }

  /** The same, where timers wait for other users. */
  async #hold(leaf: Leaf): Promise<number> {
    const user = this.#user;
    user.begun = true;
    user.sampler = leaf.sampler;
    for (const before of leaf.befores) before.run(user);
    let delay = 0;
    for (const timer of leaf.timers) {
      await timer.hold?.(user);
      delay += timer.delay(user);
    }
    return this.#wait(delay);
  }

  #wait(delay: number): number {
    const user = this.#user;
    if (!(delay > 0)) return 0;
    const now = user.run.clock.now();
    if (user.scheduled && delay > user.end - now) {
      user.running = false;
      return 0;
    }
    if (user.intended !== undefined) user.intended += delay;
    user.due = now + delay;
    this.#unbroken = 0;
    return delay;
  }

  #complete(leaf: Leaf, sample: Sample, due: number): void {
    const user = this.#user;
    const within = this.#within.at(-1);
    if (user.intended !== undefined) {
      sample.intended = user.intended;
      user.intended = sample.start + sample.elapsed;
    }
    user.report.began(due > 0 && sample.start - due > lateness);
    this.#sign(sample);
    if (user.crew.keepsAnswers && user.previous) forget(user.previous);
    user.previous = sample;
    for (const after of leaf.afters) after.run(user, sample);
    this.#check(leaf.checks, sample);
    if (!user.crew.keepsAnswers) forget(sample);
    this.#tell(sample, this.#root.deepest, within?.owner);
    within?.add(sample);
    if (!sample.success) this.#failed(leaf);
  }

  #sign(sample: Sample): void {
    const { name, active } = this.#user;
    sample.thread = name;
    sample.groupThreads = active.group();
    sample.allThreads = active.all();
    for (const child of sample.children) {
      child.thread = name;
      child.groupThreads = sample.groupThreads;
      child.allThreads = sample.allThreads;
    }
  }

  #check(checks: readonly Assertion[], sample: Sample): void {
    for (const check of checks) judge(this.#user, check, sample);
    this.#user.variables.set(lastSampleOk, sample.success ? 'true' : 'false');
  }

  /** To the transactions around it, from the controller on up to the one that keeps it; and to the accounts if none does. */
  #tell(sample: Sample, from: Controller | undefined, keeper: Controller | undefined): void {
    for (let each = from; each && each !== keeper; each = each.parent) each.saw(sample);
    if (!keeper) this.#user.report.sample(sample);
  }

  #failed(leaf: Leaf): void {
    const user = this.#user;
    for (const handler of leaf.onFailure) handler.act(user);
    const { onError } = user.crew;
    if (onError === 'stopthread') user.running = false;
    else if (onError === 'stoptest' || onError === 'stoptestnow') {
      user.running = false;
      user.control.stop(onError === 'stoptestnow');
    }
  }

  #goesOn(): boolean {
    const { action, crew, variables } = this.#user;
    return action === 'continue' && (crew.onError !== 'startnextloop' || variables.get(lastSampleOk) === 'true');
  }

  /** Leaves the loops as the last sample, or its failure, asked for. */
  #jump(step: Step, closed: boolean): void {
    const user = this.#user;
    const { action, crew, variables } = user;
    const fails = crew.onError === 'startnextloop' && variables.get(lastSampleOk) !== 'true';
    this.#leave(fails ? 'next thread loop' : action);
    if (step.is === 'transaction' && !closed) this.#close(step, undefined);
    user.action = 'continue';
    variables.set(lastSampleOk, 'true');
  }

  #leave(action: VirtualUser['action']): void {
    for (let each: Controller | undefined = this.#root.deepest; each; each = each.parent) {
      const isRoot = each.parent === undefined;
      const loops = each.continueLoop !== undefined && action !== 'next thread loop';
      if (!isRoot && !loops) {
        each.endPass();
        continue;
      }
      if (action === 'break loop') each.breakLoop?.();
      else each.continueLoop?.();
      return;
    }
  }
}

function judge(user: VirtualUser, assertion: Assertion, sample: Sample): void {
  const result = assertion.check(user, sample);
  if (!result) return;
  sample.assertions.push(result);
  if (!result.failure && !result.error) return;
  sample.success = false;
  if (sample.failure === '') sample.failure = result.message;
}

/** Answers are not kept: ten thousand users have ten thousand of them. */
function forget(sample: Sample): void {
  sample.response = undefined;
  for (const child of sample.children) forget(child);
}
