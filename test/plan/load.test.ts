import { describe, expect, it } from 'vitest';
import { controllerPlan, fromConfig } from '../../src/plan/controller.ts';
import { diff } from '../../src/plan/diff.ts';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { desiredFor, network, noAssets, specOf, text, worldAfter } from '../rig/world.ts';

const load = 'load: { stress: { users: 5, duration: 1s, requests: [{ get: / }] } }\n';

describe('load plans are none of the cluster', () => {
  const [without, withLoad] = [specOf(text), specOf(text + load)];
  const world = worldAfter(without);

  it('so that a change of them is no change', () => {
    expect(withLoad.load).toHaveLength(1);
    const desired = desiredFor(withLoad, world);
    expect(desired).toEqual(desiredFor(without, world));
    expect(diff(transition(withLoad, noAssets, desired, viewOf(world)), world)).toEqual([]);
  });

  it('and controllers are not told of them', () => {
    const view = viewOf(world);
    const plan = controllerPlan(withLoad, { assets: noAssets, images: [], machines: network.machines, view });
    expect(plan.text.reveal()).not.toContain('load');
    expect(fromConfig(JSON.parse(plan.text.reveal()), noAssets.controller).spec).toEqual(without);
  });
});
