import type { Sample } from '../../sample.ts';
import type { Text } from '../../text/template.ts';
import type { Iterates, Leaf } from '../leaf.ts';
import { type Assertion, StopUser } from '../support.ts';
import type { VirtualUser } from '../virtual-user.ts';

/** A controller as the plan has it; each user makes its own. */
export interface Branch {
  readonly is: 'branch';
  readonly name: Text;
  readonly children: readonly (Leaf | Branch)[];
  /** In the order of the plan: config elements, and children by their index. */
  readonly listeners: readonly (Iterates | number)[];
  readonly make: MakeController;
  /** Some text of the plan reads `__jm__…__idx`: loops must say where they are. */
  readonly indexed: boolean;
}

export type MakeController = (user: VirtualUser, branch: Branch, parent: Controller | undefined) => Controller;

/** What a user does next. */
export type Step = Leaf | TransactionStep;

/** A pass through a transaction that gives one sample; the step inside comes next, or it is done. */
export interface TransactionStep {
  readonly is: 'transaction';
  readonly owner: Controller;
  readonly result: Sample;
  readonly checks: readonly Assertion[];
  sub: Step | undefined;
  done: boolean;
  add(sample: Sample): void;
}

/** A controller that looks again for its next step. */
export const again = Symbol('again');

export interface Locking {
  lock(): Promise<void> | undefined;
}

/** So often may controllers look again without any sampler coming: JMeter's own stack overflows at about there. */
const patience = 10_000;

const deaf: readonly Listener[] = [];

interface Listener {
  iterationStart(source: Controller, count: number): void;
}

/**
 * The Simple Controller, and what all others are made of: JMeter's GenericController, one for each user. `next` gives the next
 * sampler below it, or nothing where a pass is over.
 */
export class Controller {
  readonly user: VirtualUser;
  readonly branch: Branch;
  readonly parent: Controller | undefined;
  /** Of the user's group. */
  readonly root: Controller;
  /** In the root: the controller that gave the last sampler. */
  deepest: Controller;
  /** In the root: who must get a lock before the step that was given last, in this order. */
  readonly locking: Locking[] = [];
  /** Those that are done are taken out. */
  readonly children: (Leaf | Controller)[];
  /** Of the child that comes next. */
  current = 0;
  /** The next child is the first one of a pass. */
  first = true;
  #done = false;
  #passes = 0;
  readonly #listeners: readonly Listener[];

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined) {
    this.user = user;
    this.branch = branch;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.deepest = this;
    this.children = branch.children.map((child) => (child.is === 'leaf' ? child : child.make(user, child, this)));
    this.#listeners = branch.listeners.length === 0 ? deaf : this.#listen();
  }

  /** The last one hears it first, as in JMeter. */
  #listen(): Listener[] {
    const listeners: Listener[] = [];
    for (const each of this.branch.listeners) {
      const child = typeof each === 'number' ? this.children[each] : each;
      if (child === undefined) continue;
      if ('iterate' in child) listeners.unshift({ iterationStart: () => child.iterate(this.user) });
      else if (child instanceof Controller && child.iterationStart) listeners.unshift(child as Listener);
    }
    return listeners;
  }

  /** An iteration of the controller above begins. */
  iterationStart?(source: Controller, count: number): void;

  /** Puts it and all below it back to where they were before they began. */
  initialize(): void {
    this.resetCurrent();
    this.#passes = 0;
    this.#done = false;
    this.first = true;
    this.initializeChildren();
  }

  initializeChildren(): void {
    for (const child of this.children) if (child instanceof Controller) child.initialize();
  }

  next(): Step | undefined {
    for (let looks = 0; looks < patience; looks += 1) {
      const step = this.attempt();
      if (step !== again) return step;
    }
    this.user.run.note(`"${this.branch.name.of(this.user)}" runs in circles without any sampler: its users end.`);
    throw new StopUser();
  }

  /** One look at the child that comes next. */
  attempt(): Step | undefined | typeof again {
    if (this.first) this.fire();
    if (this.isDone()) return undefined;
    const child = this.children[this.current];
    if (child === undefined) return this.#past();
    if (!this.consider(child)) return undefined;
    return child instanceof Controller ? this.ofController(child) : this.ofSampler(child);
  }

  #past(): Step | undefined | typeof again {
    if (this.children.length > 0) return this.afterLast();
    this.setDone();
    return undefined;
  }

  fire(): void {
    this.first = false;
    for (const listener of this.#listeners) listener.iterationStart(this, this.count());
  }

  /** Whether the child may come now. */
  consider(_child: Leaf | Controller): boolean {
    return true;
  }

  ofSampler(leaf: Leaf): Step | undefined | typeof again {
    this.root.deepest = this;
    this.advance();
    return leaf;
  }

  ofController(child: Controller): Step | undefined | typeof again {
    const step = child.next();
    if (step !== undefined) return step;
    this.childEnded(child);
    return again;
  }

  childEnded(child: Controller): void {
    if (child.isDone()) this.children.splice(this.current, 1);
    else this.advance();
  }

  /** All children have had their turn. */
  afterLast(): Step | undefined | typeof again {
    this.reinitialize();
    return undefined;
  }

  reinitialize(): void {
    this.resetCurrent();
    this.#passes += 1;
    this.first = true;
  }

  /** A pass is broken off from inside. */
  endPass(): void {
    this.reinitialize();
  }

  /** A sample inside was recorded. */
  saw(_sample: Sample): void {}

  /** Of groups whose users wait for their next iteration: before each. */
  rest?(): Promise<void> | undefined;

  /** Of loops: goes on with the next iteration. */
  continueLoop?(): void;

  /** Of loops: ends it. */
  breakLoop?(): void;

  isDone(): boolean {
    return this.#done;
  }

  setDone(): void {
    this.#done = true;
  }

  advance(): void {
    this.current += 1;
  }

  resetCurrent(): void {
    this.current = 0;
  }

  count(): number {
    return this.#passes;
  }

  /** Whether its first iteration is 1: so it is with loops only. */
  get countsFromOne(): boolean {
    return false;
  }

  resetPasses(): void {
    this.#passes = 0;
  }

  /** Tells those who read `${__jm__NAME__idx}`. */
  tellIndex(index: number): void {
    if (this.branch.indexed) this.user.variables.set(`__jm__${this.branch.name.of(this.user)}__idx`, `${index}`);
  }
}
