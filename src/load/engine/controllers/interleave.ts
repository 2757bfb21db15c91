import type { Leaf } from '../leaf.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, Controller, type Step } from './controller.ts';

export interface InterleaveSettings {
  /** Children that are controllers give one of their samplers each pass, instead of all. */
  readonly oneOfEach: boolean;
  /** Users begin with different children. */
  readonly acrossUsers: boolean;
}

/** One child a pass, in turn. */
export class Interleave extends Controller {
  readonly #settings: InterleaveSettings;
  #skipNext = false;
  #searchStart: Leaf | Controller | undefined;
  #gaveOne = false;
  #stillSame = true;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: InterleaveSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override initialize(): void {
    super.initialize();
    if (this.#settings.acrossUsers && this.children.length > 0) {
      this.current = this.user.number % this.children.length;
    }
  }

  override reinitialize(): void {
    const { current } = this;
    super.reinitialize();
    // The place stays: the next pass goes on there.
    this.current = current;
    this.#gaveOne = false;
    this.#searchStart = undefined;
    this.#stillSame = true;
    this.#skipNext = false;
  }

  override attempt(): Step | undefined | typeof again {
    if (!this.#skipNext) return super.attempt();
    this.reinitialize();
    return undefined;
  }

  override consider(child: Leaf | Controller): boolean {
    if (this.#searchStart === undefined) this.#searchStart = child;
    else if (this.#searchStart === child && !this.#stillSame) {
      this.reinitialize();
      return false;
    }
    return true;
  }

  override ofController(child: Controller): Step | undefined | typeof again {
    const step = child.next();
    if (step === undefined) {
      this.childEnded(child);
      return again;
    }
    this.#gaveOne = true;
    if (this.#settings.oneOfEach) {
      this.advance();
      this.#skipNext = true;
    } else this.#searchStart = undefined;
    return step;
  }

  override ofSampler(leaf: Leaf): Step {
    this.#skipNext = true;
    this.root.deepest = this;
    this.advance();
    return leaf;
  }

  override afterLast(): typeof again {
    this.resetCurrent();
    return again;
  }

  override childEnded(child: Controller): void {
    if (child.isDone()) this.children.splice(this.current, 1);
    else if (!this.#settings.oneOfEach) this.advance();
  }

  override advance(): void {
    if (this.#gaveOne) this.#skipNext = true;
    this.#stillSame = false;
    super.advance();
  }
}

/** One child a pass, whichever. */
export class RandomChoice extends Interleave {
  override resetCurrent(): void {
    this.current = this.#any();
  }

  override advance(): void {
    super.advance();
    this.current = this.#any();
  }

  #any(): number {
    const { length } = this.children;
    return length === 0 ? 0 : Math.floor(this.user.run.random() * length);
  }
}
