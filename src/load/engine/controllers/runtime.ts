import type { Text } from '../../text/template.ts';
import { toLong } from '../numbers.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, Controller, type Step } from './controller.ts';

/** Repeats its children for some seconds; what is under way at their end is finished. */
export class Runtime extends Controller {
  readonly #seconds: Text;
  #since: number | undefined;
  #count = 0;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, seconds: Text) {
    super(user, branch, parent);
    this.#seconds = seconds;
  }

  override isDone(): boolean {
    return this.children.length === 0 || this.#limit() <= 0 || super.isDone();
  }

  override attempt(): Step | undefined | typeof again {
    this.#since ??= this.user.run.clock.now();
    if (!this.#over()) return super.attempt();
    this.reinitialize();
    this.#reset();
    return undefined;
  }

  override afterLast(): Step | undefined | typeof again {
    this.reinitialize();
    if (!this.#over()) return again;
    this.#reset();
    return undefined;
  }

  override reinitialize(): void {
    this.first = true;
    this.resetCurrent();
    this.#count += 1;
  }

  override endPass(): void {
    super.endPass();
    this.#reset();
  }

  override count(): number {
    return this.#count + 1;
  }

  #reset(): void {
    this.#count = 0;
    this.#since = undefined;
  }

  #limit(): number {
    return toLong(this.#seconds.of(this.user));
  }

  #over(): boolean {
    const now = this.user.run.clock.now();
    return Math.floor((now - (this.#since ?? now)) / 1000) >= this.#limit();
  }
}
