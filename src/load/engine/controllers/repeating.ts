import { Controller } from './controller.ts';

/** Runs its children again and again: how often, and over what, is said by those that extend it. */
export abstract class Repeating extends Controller {
  /** Of the run, from 0. */
  protected index = 0;
  /** By a Flow Control Action, until the controller ends. */
  protected broken = false;

  /** Back to the first run. */
  protected abstract reset(): void;

  override iterationStart(): void {
    this.reinitialize();
    this.reset();
  }

  override continueLoop(): void {
    this.reinitialize();
  }

  override breakLoop(): void {
    this.broken = true;
    this.first = true;
    this.resetCurrent();
    this.reset();
  }

  override endPass(): void {
    super.endPass();
    this.reset();
  }

  override reinitialize(): void {
    this.first = true;
    this.resetCurrent();
    this.index += 1;
  }

  override count(): number {
    return this.index + 1;
  }
}
