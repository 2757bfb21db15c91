import { expect, it } from 'vitest';
import type { Desired } from '../../src/domain/desired.ts';
import type { Step } from '../../src/domain/step.ts';
import { desire } from '../../src/plan/desire.ts';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { Repairs, type Sight } from '../../src/reconcile/repair.ts';
import { noAssets, specOf, text, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const view = viewOf(worldAfter(spec));
const desired = desire(spec, noAssets, view);

const between = (woken: Desired) => transition(spec, noAssets, woken, view);

/** Since when web-1 has been UP, or DOWN, at that moment. */
function sight(now: number, state: { up?: number; down?: number }): Sight {
  return {
    downFor: (name) => (name === 'web-1' && state.down !== undefined ? now - state.down : 0),
    upFor: (name) => (name !== 'web-1' ? now : state.up === undefined ? 0 : now - state.up),
    isSilent: () => false,
    found: () => ({ at: now, answers: false }),
    isBusy: () => false,
  };
}

it('is not a cure to be UP for a moment, however long ago the last attempt was', () => {
  const repairs = new Repairs();
  const plan = (now: number, state: { up?: number; down?: number }) =>
    repairs.plan(desired, view, between, sight(now, state), now).steps;
  const [first] = plan(10_000, { down: 0 }) as [Step];
  expect(first).toMatchObject({ kind: 'instance.revive', recreate: false });
  repairs.begun(first, 10_000);
  expect(plan(200_000, { up: 199_000 })).toEqual([]);
  expect(plan(210_000, { down: 201_000 })).toEqual([]);
  expect(repairs.avoided(210_000)).toMatchObject([{ name: 'web-1' }]); // the next attempt, not the first one again
});

it('leaves alone who is overloaded: it says nothing to checks, and answers others', () => {
  const plan = (works: boolean, silent: boolean) => {
    const seen = { ...sight(10_000, { down: 0 }), isSilent: () => silent };
    return new Repairs().plan(
      desired,
      view,
      between,
      { ...seen, found: () => ({ at: 10_000, answers: false, works }) },
      10_000,
    ).steps;
  };
  expect(plan(true, true)).toEqual([]);
  expect(plan(false, true)).toMatchObject([{ kind: 'instance.revive' }]);
  expect(plan(true, false)).toMatchObject([{ kind: 'instance.revive' }]); // its answers are bad ones
});
