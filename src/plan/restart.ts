import type { Desired } from '../domain/desired.ts';
import type { Step } from '../domain/step.ts';
import { Lanes } from './rollout.ts';
import { Steps } from './steps.ts';

/** Each running instance of the service, one after another; none where there is nobody to answer meanwhile. */
export function restartSteps(desired: Desired, service: string): Step[] {
  const running = desired.instances.filter((each) => each.service === service && !each.cold);
  const steps = new Steps();
  if (running.length < 2) return steps.all;
  const lanes = new Lanes({ surge: 0, parallel: 1, order: 'by-number' });
  for (const instance of running) {
    const body = { kind: 'instance.restart', instance } as const;
    lanes.add(steps.add(`restart ${instance.name}`, body, 'you asked for it', lanes.before(true)), true);
  }
  return steps.all;
}
