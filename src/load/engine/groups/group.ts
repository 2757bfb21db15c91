import { beanOf, type Element, textOf } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import type { Starter } from '../compiled.ts';
import type { MakeController } from '../controllers/controller.ts';
import { Loop } from '../controllers/loop.ts';
import { toBoolean } from '../numbers.ts';
import type { Refusal, Scope } from '../support.ts';

/** What a kind of group is made into. */
export interface GroupParts {
  readonly start: Starter;
  /** How many users it says it has. */
  size(read: (text: Text) => string): number;
  readonly root: MakeController;
}

export interface GroupKind {
  readonly role: 'group';
  readonly title: string;
  readonly phase: 'setUp' | 'main' | 'tearDown';
  readonly limits?: readonly string[];
  readonly refuses?: readonly string[];
  inspect?(element: Element): readonly Refusal[];
  parts(element: Element, scope: Scope): GroupParts;
}

const mainController = 'ThreadGroup.main_controller';

/** The loop that is a property of all classic groups. */
export function mainLoop(element: Element, scope: Scope): MakeController {
  const bean = beanOf(element, mainController);
  const loops = scope.template(bean ? textOf(bean, 'LoopController.loops') : '1');
  // As everywhere in JMeter, a loop that does not say whether it goes on for ever does.
  const repeats = bean ? toBoolean(textOf(bean, 'LoopController.continue_forever', 'true')) : false;
  return (user, branch, parent) => new Loop(user, branch, parent, { loops, repeats });
}

/** What is refused of it, for the docs. */
export const noSuchLoop = 'A loop that is none, or that of a plugin.';

/** What JMeter itself would stumble over. */
export function inspectMainLoop(element: Element): readonly Refusal[] {
  const bean = beanOf(element, mainController);
  if (!bean) return [{ what: 'the group has no loop controller', consequence: 'JMeter can not run such a group' }];
  if (bean.kind === 'LoopController' || bean.kind.endsWith('.LoopController')) return [];
  return [{ what: `its loop is a ${bean.kind}`, consequence: 'its users would not run what that controller says' }];
}
