import type { Element } from '../../jmx/element.ts';
import type { Assertion, Refusal, Scope } from '../support.ts';
import type { User } from '../user.ts';
import type { MakeController } from './controller.ts';

/** What this engine makes of one kind of controller. */
export interface ControllerKind {
  readonly role: 'controller';
  readonly title: string;
  readonly limits?: readonly string[];
  readonly refuses?: readonly string[];
  inspect?(element: Element): readonly Refusal[];
  make(element: Element, scope: ControllerScope): MakeController;
}

export interface ControllerScope extends Scope {
  /** Compiles a condition, in JavaScript or as an expression that must say "true". */
  condition(element: Element, property: string, language: 'javascript' | 'expression'): (user: User) => boolean;
  /** Assertions that reach the controller, for a sample of its own. */
  readonly checks: readonly Assertion[];
  /** Tells it from all others in the plan, in all processes alike. */
  readonly id: string;
}
