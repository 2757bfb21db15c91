import type { Text } from '../../text/template.ts';
import { toBoolean } from '../numbers.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type again, type Branch, Controller, type Step } from './controller.ts';

export interface IfSettings {
  /** Whether it holds now. */
  holds(user: VirtualUser): boolean;
  /** Asks before each child, not only before the first one. */
  readonly everyChild: boolean;
}

export class If extends Controller {
  readonly #settings: IfSettings;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: IfSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override isDone(): boolean {
    return false;
  }

  override attempt(): Step | undefined | typeof again {
    const asks = this.#settings.everyChild || this.first;
    if (!asks || this.#settings.holds(this.user)) return super.attempt();
    this.initializeChildren();
    return this.afterLast();
  }

  override endPass(): void {
    this.initializeChildren();
    super.endPass();
  }
}

/** A child by its place or its name. */
export class Switch extends Controller {
  readonly #value: Text;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, value: Text) {
    super(user, branch, parent);
    this.#value = value;
  }

  override attempt(): Step | undefined | typeof again {
    if (this.first) this.current = this.#choice();
    return super.attempt();
  }

  /** One child a pass. */
  override advance(): void {
    this.current = Number.POSITIVE_INFINITY;
  }

  #choice(): number {
    const value = this.#value.of(this.user).trim();
    if (value === '') return 0;
    const place = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (place < 2 ** 31) return place < this.children.length ? place : 0;
    return this.#named(value);
  }

  #named(value: string): number {
    const names = this.children.map((child) => ('branch' in child ? child.branch : child).name.of(this.user));
    const exact = names.indexOf(value);
    if (exact >= 0) return exact;
    const otherwise = names.findLastIndex((name) => name.toLowerCase() === 'default');
    return otherwise >= 0 ? otherwise : Number.POSITIVE_INFINITY;
  }
}

/** Its children in the first iteration of the group, or of the loop that it is in. */
export class OnceOnly extends Controller {
  override iterationStart(source: Controller, count: number): void {
    // Loops count their iterations from 1 on, everything else from 0.
    if (count === (source.countsFromOne ? 1 : 0)) this.reinitialize();
  }

  override afterLast(): Step | undefined | typeof again {
    return undefined;
  }
}

/** All children, in another order each pass. */
export class RandomOrder extends Controller {
  override initialize(): void {
    super.initialize();
    this.#shuffle();
  }

  override reinitialize(): void {
    super.reinitialize();
    this.#shuffle();
  }

  #shuffle(): void {
    const { children } = this;
    for (let last = children.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.user.run.random() * (last + 1));
      const moved = children[last] as (typeof children)[number];
      children[last] = children[other] as (typeof children)[number];
      children[other] = moved;
    }
  }
}

export function holdsExpression(condition: Text): IfSettings['holds'] {
  return (user) => toBoolean(condition.of(user).trim());
}
