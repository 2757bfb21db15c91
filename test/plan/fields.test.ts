import { describe, expect, it } from 'vitest';
import type { BalancerConfig, BalancerPlan, Desired, InstancePlan } from '../../src/domain/desired.ts';
import { diff } from '../../src/plan/diff.ts';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { desiredFor, noAssets, specOf, text, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const world = worldAfter(spec);
const desired = desiredFor(spec, world);

/** Why a change of this field alone need not be compared: something else tells of it. */
type Reason = string;

const inHash = 'the hash is made of it';

/** Fields that no comparison looks at. Every other one must make a plan. */
const instanceFields: Partial<Record<keyof InstancePlan, Reason>> = {
  service: 'the name is made of it',
  number: 'the name is made of it',
  address: 'the slot tells it',
  machineAddress: 'the machine tells it',
  ...{ slot: inHash, port: inHash, further: inHash, files: inHash },
  check: 'the mark is made of it; how long it may take, the balancers’ configuration tells',
  startPeriod: 'nothing that is there is made of it: who waits asks the plan',
};
const balancerFields: Partial<Record<keyof BalancerPlan, Reason>> = {
  address: 'the slot tells it',
  ...{ slot: inHash, image: inHash, files: inHash, outer: inHash },
};
const configFields: Partial<Record<keyof BalancerConfig, Reason>> = {
  ...{ text: inHash, files: inHash, prepare: inHash },
  filesHash: 'the hash is made of the same files',
  checksHash: 'it tells what to ask first where something else has changed',
  trial: 'it is run where the checks’ hash is another one',
  servers: 'the text names them',
};

/** Another value of the same shape. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return value === 'primary' ? 'backup' : `${value}x`;
  if (Array.isArray(value)) return value.length === 0 ? [1] : value.slice(1);
  const entries = Object.entries(value as object);
  return entries.length === 0 ? { cpu: 1 } : Object.fromEntries(entries.map(([key, each]) => [key, other(each)]));
}

function isSeen(changed: Desired): boolean {
  return diff(transition(spec, noAssets, changed, viewOf(world)), world).length > 0;
}

/** The fields of a plan whose change alone makes no plan. */
function unseen<T extends object>(plan: T, into: (changed: T) => Desired): string[] {
  return Object.keys(plan).filter((key) => !isSeen(into({ ...plan, [key]: other(plan[key as keyof T]) })));
}

const [instance, ...instances] = desired.instances as [InstancePlan, ...InstancePlan[]];
const [balancer] = desired.balancers as [BalancerPlan];

describe('a field of a plan', () => {
  it('of an instance is compared, or there is a reason why not', () => {
    const into = (changed: InstancePlan) => ({ ...desired, instances: [changed, ...instances] });
    expect(unseen(instance, into).sort()).toEqual(Object.keys(instanceFields).sort());
  });

  it('of a balancer is compared, or there is a reason why not', () => {
    const into = (changed: BalancerPlan) => ({ ...desired, balancers: [changed] });
    expect(unseen(balancer, into).sort()).toEqual(Object.keys(balancerFields).sort());
  });

  it('of a balancer’s configuration is compared, or there is a reason why not', () => {
    const into = (final: BalancerConfig) => ({ ...desired, balancers: [{ ...balancer, final }] });
    expect(unseen(balancer.final, into).sort()).toEqual(Object.keys(configFields).sort());
  });

  it.each([
    ['the port', 'port: 80', 'port: 81'],
    ['a file’s content', 'port: 80', 'port: 80, environment: { A: b }'],
    ['a health check', 'port: 80', 'port: 80, health: { path: /up }'],
    ['a time to stop', 'port: 80', 'port: 80, stop_grace_period: 77s'],
    ['a published port', 'publish: 8080', 'publish: 8081'],
  ])('that is only hashed is hashed: %s', (_, from, to) => {
    const kinds = diffOf(specOf(text.replace(from, to))).filter((kind) => kind !== 'controller.configure');
    expect(kinds.length).toBeGreaterThan(0);
  });
});

function diffOf(changed: typeof spec): string[] {
  const view = viewOf(world);
  return diff(transition(changed, noAssets, desiredFor(changed, world), view), world).map(({ kind }) => kind);
}
