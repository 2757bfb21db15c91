import { type Element, textOf } from '../../jmx/element.ts';
import { toInt } from '../numbers.ts';
import type { Refusal, Sampler, Scope, Supported } from '../support.ts';
import type { VirtualUser } from '../virtual-user.ts';

const actions = { stop: 0, pause: 1, stopNow: 2, nextThreadLoop: 3, nextLoop: 4, breakLoop: 5 };
const wholeTest = 2;

/** Pauses, stops, or leaves loops; there is no sample of it. */
export const flowControlAction: Supported = {
  role: 'sampler',
  title: 'Flow Control Action',
  refuses: ['An action that is not known.'],
  inspect,
  compile,
};

function inspect(element: Element): readonly Refusal[] {
  const action = textOf(element, 'ActionProcessor.action', '0');
  if (Object.values(actions).includes(toInt(action))) return [];
  return [{ what: `the action ${action}`, consequence: 'JMeter does nothing at all there' }];
}

function compile(element: Element, scope: Scope): Sampler {
  const label = scope.template(element.name);
  const action = toInt(textOf(element, 'ActionProcessor.action'));
  const ofTest = toInt(textOf(element, 'ActionProcessor.target')) === wholeTest;
  if (action === actions.pause) {
    const duration = scope.text(element, 'ActionProcessor.duration');
    return { label, sample: (user) => pause(user as VirtualUser, Number(duration.of(user))) };
  }
  return {
    label,
    sample: (user) => {
      act(user as VirtualUser, action, ofTest);
      return undefined;
    },
  };
}

function act(user: VirtualUser, action: number, ofTest: boolean): void {
  if (action === actions.nextThreadLoop) user.action = 'next thread loop';
  else if (action === actions.nextLoop) user.action = 'next loop';
  else if (action === actions.breakLoop) user.action = 'break loop';
  else {
    user.running = false;
    if (ofTest) user.control.stop(action === actions.stopNow);
  }
}

/** No longer than the user lives. */
async function pause(user: VirtualUser, milliseconds: number): Promise<undefined> {
  const { clock } = user.run;
  const now = clock.now();
  const time = user.end > 0 ? Math.min(milliseconds, user.end - now) : milliseconds;
  if (!(time > 0)) return undefined;
  user.due = now + time;
  await clock.sleep(time, user.control.halt);
  return undefined;
}
