import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Assets, Spec } from '../domain/spec.ts';
import type { Step } from '../domain/step.ts';
import { desire } from './desire.ts';
import { diff } from './diff.ts';
import { transition } from './transition.ts';
import { viewOf } from './view.ts';

/** What shall be, what is between, and the steps: three pure functions in a line. */
export function planOf(spec: Spec, assets: Assets, observed: Observed): { desired: Desired; steps: Step[] } {
  const view = viewOf(observed);
  const desired = desire(spec, assets, view);
  return { desired, steps: diff(transition(spec, assets, desired, view), observed) };
}
