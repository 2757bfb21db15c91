import type { Text } from '../../text/template.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type again, type Branch, Controller, type Step } from './controller.ts';

export interface ThroughputSettings {
  readonly by: 'number' | 'percent';
  /** How often in all, or the percentage of its parent's iterations. */
  readonly amount: Text;
  /** The name of the counter of all users; absent where each counts for itself. */
  readonly shared: string | undefined;
}

/** Two counts in one number, so that they change together. */
const base = 2 ** 26;

/** Runs in some of its parent's iterations: which ones is certain, not random. */
export class Throughput extends Controller {
  readonly #settings: ThroughputSettings;
  #own = 0;
  #runs = false;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: ThroughputSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override iterationStart(): void {
    const { shared } = this.#settings;
    const decide = (counts: number): number => {
      this.#runs = this.#mayRun(Math.floor(counts / base), counts % base);
      return counts + 1 + (this.#runs ? base : 0);
    };
    if (shared === undefined) this.#own = decide(this.#own);
    else this.user.run.shared.update(shared, decide);
  }

  #mayRun(executions: number, iteration: number): boolean {
    if (this.#settings.by === 'number') return this.#ofAll(executions) < this.#amount();
    return (100 * executions + 50) / (iteration + 1) < this.#amount();
  }

  /** Of several processes each has its share of the number. */
  #ofAll(executions: number): number {
    const { index, of } = this.user.run.share;
    return this.#settings.shared === undefined ? executions : executions * of + index;
  }

  override attempt(): Step | undefined | typeof again {
    return this.#runs ? super.attempt() : undefined;
  }

  override isDone(): boolean {
    if (this.children.length === 0) return true;
    const amount = this.#amount();
    if (this.#settings.by === 'percent' || amount === 0) return amount === 0;
    return this.current >= this.children.length && this.#ofAll(this.#executions()) >= amount;
  }

  #executions(): number {
    const { shared } = this.#settings;
    const counts = shared === undefined ? this.#own : this.user.run.shared.update(shared, (before) => before);
    return Math.floor(counts / base);
  }

  #amount(): number {
    const text = this.#settings.amount.of(this.user);
    if (this.#settings.by === 'number') return /^[+-]?\d+$/.test(text) ? Number(text) : 1;
    const percent = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isNaN(percent) ? 100 : Math.fround(percent);
  }
}
