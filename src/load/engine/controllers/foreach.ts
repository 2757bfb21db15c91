import type { Text } from '../../text/template.ts';
import { toInt } from '../numbers.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, type Controller, type Step } from './controller.ts';
import { Repeating } from './repeating.ts';

export interface ForEachSettings {
  /** The prefix of the variables, and the variable that each is put into. */
  readonly from: Text;
  readonly into: Text;
  readonly separator: string;
  /** Exclusive: the first one is `start + 1`. */
  readonly start: Text;
  /** Inclusive; missing where there is no end but that of the variables. */
  readonly end: Text | undefined;
}

export class ForEach extends Repeating {
  readonly #settings: ForEachSettings;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: ForEachSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override initialize(): void {
    super.initialize();
    this.reset();
  }

  override attempt(): Step | undefined | typeof again {
    this.tellIndex(this.index);
    const step = this.#attempt();
    this.tellIndex(this.index);
    return step;
  }

  #attempt(): Step | undefined | typeof again {
    if (!this.broken && this.#value() !== undefined) return super.attempt();
    this.broken = false;
    this.reinitialize();
    this.reset();
    return undefined;
  }

  /** Asked before each child: the variable follows the index here, as in JMeter. */
  override isDone(): boolean {
    if (this.index >= this.#end()) return true;
    const value = this.#value();
    if (value === undefined) return super.isDone();
    this.user.variables.set(this.#settings.into.of(this.user), value);
    return false;
  }

  override afterLast(): Step | undefined | typeof again {
    this.reinitialize();
    if (!this.broken && this.#value() !== undefined && this.index < this.#end()) return again;
    this.broken = false;
    this.reset();
    return undefined;
  }

  protected override reset(): void {
    this.index = toInt(this.#settings.start.of(this.user));
  }

  #end(): number {
    const { end } = this.#settings;
    return end ? toInt(end.of(this.user)) : Number.POSITIVE_INFINITY;
  }

  #value(): string | undefined {
    const { from, separator } = this.#settings;
    return this.user.variables.get(`${from.of(this.user)}${separator}${this.index + 1}`);
  }
}
