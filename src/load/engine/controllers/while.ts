import type { Text } from '../../text/template.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { again, type Branch, Controller, type Step } from './controller.ts';

/** Ends on "false"; blank: after a pass whose last sample failed; `LAST`: also before the first one. */
export class While extends Controller {
  readonly #condition: Text;
  #broken = false;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, condition: Text) {
    super(user, branch, parent);
    this.#condition = condition;
  }

  override attempt(): Step | undefined | typeof again {
    this.tellIndex(this.count());
    if (this.first && this.#over(false)) return this.#leave();
    const step = super.attempt();
    this.tellIndex(this.count());
    return step;
  }

  override afterLast(): Step | undefined | typeof again {
    this.reinitialize();
    return this.#over(true) ? this.#leave() : again;
  }

  #leave(): undefined {
    this.#broken = false;
    this.resetPasses();
    return undefined;
  }

  #over(atEnd: boolean): boolean {
    if (this.#broken) return true;
    const condition = this.#condition.of(this.user).trim();
    const asks = (atEnd && condition === '') || condition.toUpperCase() === 'LAST';
    const says = asks ? (this.user.variables.get('JMeterThread.last_sample_ok') ?? '') : condition;
    return says.toLowerCase() === 'false';
  }

  override iterationStart(): void {
    this.reinitialize();
    this.resetPasses();
  }

  override continueLoop(): void {
    this.reinitialize();
  }

  override breakLoop(): void {
    this.#broken = true;
    this.first = true;
    this.resetCurrent();
    this.resetPasses();
  }

  override endPass(): void {
    super.endPass();
    this.resetPasses();
  }
}
