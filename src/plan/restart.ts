import type { Desired } from '../domain/desired.ts';
import type { Step } from '../domain/step.ts';
import { Steps } from './steps.ts';

/** Each running instance of the service, one after another; none where there is nobody to answer meanwhile. */
export function restartSteps(desired: Desired, service: string): Step[] {
  const running = desired.instances.filter((each) => each.service === service && !each.cold);
  const steps = new Steps();
  if (running.length < 2) return steps.all;
  let last: string[] = [];
  for (const instance of running) {
    last = [steps.add(`restart ${instance.name}`, { kind: 'instance.restart', instance }, 'you asked for it', last)];
  }
  return steps.all;
}
