import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/domain/step.ts';
import { Works } from '../../src/reconcile/works.ts';
import { bareWorld, desiredFor, specOf, text } from '../rig/world.ts';

const { instances, balancers } = desiredFor(specOf(text.replace('replicas: 2', 'replicas: 12')), bareWorld);
const create = (index: number, after: string[] = []): Step => {
  const instance = instances[index] as (typeof instances)[number];
  return { kind: 'instance.create', instance, id: `instance ${instance.name}`, reason: '', after };
};
const replace = (index: number): Step => ({ ...create(index), kind: 'instance.replace', from: 'm1' }) as Step;
const balance: Step = {
  ...{ kind: 'controller.configure', id: 'controller balancer-1', reason: '', after: [] },
  balancer: balancers[0] as (typeof balancers)[number],
};
const up = () => true;
const forever = new Promise<void>(() => {});
const ids = (steps: readonly Step[]) => steps.map(({ id }) => id);

describe('steps that run one by one', () => {
  it('begin when what they come after is no longer in the plan, and no longer runs', () => {
    const works = new Works();
    const second = create(1, ['instance web-1']);
    expect(ids(works.ready([create(0), second], up))).toEqual(['instance web-1']);
    works.run(create(0), up, 0, forever);
    expect(works.ready([second], up)).toEqual([]);
    works.forget();
    expect(ids(works.ready([second], up))).toEqual(['instance web-2']);
  });

  it('work on each object once, and on so many at once', () => {
    const works = new Works();
    works.run(create(0), up, 0, forever);
    expect(works.ready([{ ...create(0), id: 'revive web-1' }], up)).toEqual([]);
    const many = Array.from({ length: 11 }, (_, index) => create(index + 1));
    expect(works.ready([...many, balance], up)).toHaveLength(5 + 1);
  });

  it('take one server of a service away at a time, but wait for none that is DOWN already', () => {
    const works = new Works();
    expect(ids(works.ready([replace(0), replace(1)], up))).toEqual(['instance web-1']);
    expect(works.ready([replace(0), replace(1)], (name) => name === 'web-1')).toHaveLength(2);
  });

  it('are forgotten with their end, and overdue when they have none', async () => {
    const works = new Works();
    works.run(create(0), up, 0, Promise.resolve());
    await Promise.resolve();
    await Promise.resolve();
    expect([works.size, works.isBusy('web-1')]).toEqual([0, false]);
    works.run(create(0), up, 0, forever);
    expect([works.overdue(329_999), works.overdue(330_000)]).toEqual([undefined, 'instance web-1']);
  });

  it('have as long as the file gives what ends and starts', () => {
    const stopping = { drain: 600, grace: 400 };
    const instance = { ...(instances[0] as (typeof instances)[number]), startPeriod: 10, stopping };
    const limit = (step: object) => {
      const works = new Works();
      works.run({ ...create(0), ...step } as Step, up, 0, forever);
      return [300, 310, 710, 1300, 1310, 1710].find((seconds) => works.overdue(seconds * 1000) !== undefined);
    };
    expect(limit({ kind: 'instance.delete', instance: 'web-1', service: 'web', stopping })).toBe(1300);
    for (const kind of ['instance.replace', 'instance.restart', 'instance.stop'])
      expect(limit({ kind, instance })).toBe(1310);
    expect(limit({ kind: 'instance.create', instance })).toBe(310);
    expect(limit({ kind: 'instance.create', instance: { ...instance, cold: true } })).toBe(710);
    expect(limit({ kind: 'instance.replace', instance: { ...instance, cold: true } })).toBe(1710);
  });
});
