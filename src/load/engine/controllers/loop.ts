import type { Text } from '../../text/template.ts';
import { toInt } from '../numbers.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, type Controller, type Step } from './controller.ts';
import { Repeating } from './repeating.ts';

export interface LoopSettings {
  /** -1 is for ever. */
  readonly loops: Text;
  /** Begins anew when its parent comes to it again; else it runs only once. */
  readonly repeats: boolean;
}

/** The Loop Controller, which is also what every classic thread group runs. */
export class Loop extends Repeating {
  readonly #settings: LoopSettings;
  #loops: number | undefined;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, settings: LoopSettings) {
    super(user, branch, parent);
    this.#settings = settings;
  }

  override attempt(): Step | undefined | typeof again {
    this.tellIndex(this.index);
    if (this.#over()) {
      if (!this.#settings.repeats) this.setDone();
      this.broken = false;
      return undefined;
    }
    const step = super.attempt();
    this.tellIndex(this.index);
    return step;
  }

  override afterLast(): Step | undefined | typeof again {
    this.reinitialize();
    if (!this.#over()) return again;
    if (this.#settings.repeats) this.reset();
    else this.setDone();
    return undefined;
  }

  override setDone(): void {
    this.broken = false;
    this.#loops = undefined;
    super.setDone();
  }

  override get countsFromOne(): boolean {
    return true;
  }

  protected override reset(): void {
    this.index = 0;
    this.#loops = undefined;
  }

  #over(): boolean {
    // It is read once per run of the loop, and again while it says nothing.
    const { loops } = this.#settings;
    if (this.#loops === undefined || (loops.constant === undefined && (this.#loops === 0 || this.#loops === -1))) {
      this.#loops = toInt(loops.of(this.user));
    }
    return this.broken || (this.#loops > -1 && this.index >= this.#loops);
  }
}
