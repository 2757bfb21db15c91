import { type Element, textOf } from '../../jmx/element.ts';
import type { OnFailure } from '../leaf.ts';
import { toInt } from '../numbers.ts';
import type { VirtualUser } from '../virtual-user.ts';

/** What users do after a sample that failed; the engine asks it after the assertions. */
export const resultAction = { role: 'controller', title: 'Result Status Action Handler' } as const;

export function onFailure(element: Element): OnFailure {
  const action = toInt(textOf(element, 'OnError.action', '0'));
  return { act: (user) => act(user, action) };
}

function act(user: VirtualUser, action: number): void {
  if (action >= 1 && action <= 3) user.running = false;
  if (action === 2 || action === 3) user.control.stop(action === 3);
  else if (action === 4) user.action = 'next thread loop';
  else if (action === 5) user.action = 'next loop';
  else if (action === 6) user.action = 'break loop';
}
