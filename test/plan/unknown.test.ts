import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/domain/observed.ts';
import { unknownFailure } from '../../src/plan/unknown.ts';
import { viewOf } from '../../src/plan/view.ts';
import { desiredFor, planFor, repairsFor, specOf, withCluster, worldAfter } from '../rig/world.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 3, place: [m1, m2, m3] }
  api: { packages: [apache2], port: 81, route: { path: /api }, replicas: 1, place: [m2] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;
const spec = specOf(text);
const done = worldAfter(spec);
const ids = (world: Observed, wanted = spec) =>
  planFor(wanted, world)
    .map(({ id }) => id)
    .filter((id) => !/^(controller|base|build|import|warm|forget) /.test(id));

/** LXD on the machine does not answer; `placed`: the balancers' configuration tells where what it carries is. */
function silent(world: Observed, machine: string, placed = true): Observed {
  return withCluster(world, ({ instances }) => ({
    instances: instances.filter((each) => each.machine !== machine),
    unread: instances
      .filter((each) => each.machine === machine)
      .map(({ name, slot }) => ({ name, machine, ...(placed && { slot }) })),
  }));
}

function stopped(world: Observed, name: string): Observed {
  return withCluster(world, ({ instances }) => ({
    instances: instances.map((each) => (each.name === name ? { ...each, state: 'stopped' as const } : each)),
  }));
}

describe('where LXD of one machine does not answer', () => {
  const [on3 = ''] = (done.cluster?.instances ?? []).filter(({ machine }) => machine === 'm3').map(({ name }) => name);

  it('nothing is planned because of it', () => {
    expect(ids(silent(done, 'm3'))).toEqual([]);
    expect(ids(silent(done, 'm3', false))).toEqual([]);
  });

  it('what is stopped elsewhere is started', () => {
    const world = stopped(silent(done, 'm3'), 'api-1');
    expect(ids(world)).toEqual(['instance api-1', 'balance balancer-1', 'balance balancer-2']);
    expect(ids(stopped(silent(done, 'm3', false), 'api-1'))).toEqual(['instance api-1']);
  });

  it('it stays in the balancers’ configuration, where it is', () => {
    const desired = desiredFor(spec, silent(done, 'm3'));
    expect(desired.balancers.map(({ final }) => final.hash)).toEqual(
      desiredFor(spec, done).balancers.map(({ final }) => final.hash),
    );
  });

  it('its service is not rolled, another one is', () => {
    const changed = text.replace('packages: [apache2], port: 80', 'packages: [apache2, curl], port: 80');
    expect(ids(silent(done, 'm3'), specOf(changed))).toEqual([]);
    const other = text.replace('packages: [apache2], port: 81', 'packages: [apache2, curl], port: 81');
    const steps = ids(silent(done, 'm3'), specOf(other));
    expect(steps).toContain('instance api-1');
    expect(steps.join()).not.toContain(on3);
  });

  it('nothing new is put there, but where else it may be', () => {
    const more = specOf(text.replace('replicas: 3', 'replicas: 4'));
    const { instances } = desiredFor(more, silent(done, 'm3'));
    expect(instances.find(({ name }) => name === 'web-4')?.machine).not.toBe('m3');
    const only = specOf(text.replace('replicas: 1, place: [m2]', 'replicas: 2, place: [m3]'));
    expect(ids(silent(done, 'm3'), only).filter((id) => id.startsWith('instance '))).toEqual([]);
  });

  it('it is said by name, once all else is done', () => {
    expect(unknownFailure(silent(done, 'm3'))).toMatchObject({
      code: 'unreachable',
      message: `LXD on m3 does not answer: what ${on3} needs is unknown, so nothing of it was changed`,
    });
    expect(unknownFailure(done)).toBeUndefined();
  });

  it('nobody is drained who may be on a balancer that can’t be told so', () => {
    const fewer = specOf(text.replace('replicas: 3', 'replicas: 2'));
    expect(ids(silent(done, 'm1'), fewer).filter((id) => /^(remove|settle)/.test(id))).toEqual([]);
    expect(ids(done, fewer).filter((id) => /^(remove|settle)/.test(id))).not.toEqual([]);
  });

  it('a service whose name begins like that of balancers stops no drain elsewhere', () => {
    const named = text
      .replace('api:', 'balancer-api:')
      .replace('place: [m2]', 'place: [m3]')
      .replace('place: [m1, m2, m3]', 'place: [m1, m2]');
    const fewer = specOf(
      named.replace('packages: [apache2], port: 80, replicas: 3', 'packages: [apache2], port: 80, replicas: 2'),
    );
    const world = silent(worldAfter(specOf(named)), 'm3');
    expect(ids(world, fewer).filter((id) => /^remove web-/.test(id))).not.toEqual([]);
  });
});

describe('who repairs', () => {
  const repairs = (world: Observed) => repairsFor(spec, viewOf(world));
  const without = (...names: string[]) =>
    withCluster(done, ({ instances }) => ({ instances: instances.filter(({ name }) => !names.includes(name)) }));

  it('tells balancers of what is new at once, and waits for none of it', () => {
    const other = withCluster(without('web-1', 'web-2'), ({ instances }) => ({
      instances: instances.map((each) => (each.kind === 'balancer' ? { ...each, configHash: 'of before' } : each)),
    }));
    const loads = repairs(other).filter(({ kind }) => kind === 'balancer.configure');
    expect(loads).toHaveLength(2);
    for (const step of loads) expect(step).toMatchObject({ after: [], asks: [], awaits: [] });
  });

  it('takes nothing away that is UP while another one of its service is not', () => {
    const surplus = (state: string) =>
      withCluster(done, ({ instances, servers }) => ({
        instances: instances.flatMap((each) =>
          each.name === 'web-1' ? [each, { ...each, name: 'web-9', slot: 9 }] : [each],
        ),
        servers: { ...servers, 'web-9': 'UP', 'web-1': state },
      }));
    const removed = (world: Observed) => repairs(world).some(({ id }) => id === 'remove web-9');
    expect([removed(surplus('UP')), removed(surplus('DOWN'))]).toEqual([true, false]);
  });
});

describe('an instance that a restart did not cure', () => {
  const moves = (name: string, machine: string) =>
    repairsFor(spec, { ...viewOf(done), failed: [{ name, machine }] })
      .map(({ id }) => id)
      .filter((id) => id.startsWith('instance '));
  const home = done.cluster?.instances.find(({ name }) => name === 'web-1')?.machine ?? '';

  it('moves to another machine, and no other one moves for it', () => {
    expect(moves('web-1', home)).toEqual(['instance web-1']);
  });

  it('stays where there is no other machine', () => {
    const api = done.cluster?.instances.find(({ name }) => name === 'api-1')?.machine ?? '';
    expect(moves('api-1', api)).toEqual([]);
  });
});

describe('a machine that is off, and goes', () => {
  it('is not deleted before it has left', () => {
    const smaller = specOf(text.replace('[m1, m2, m3]\n', '[m1, m2]\n').replaceAll('m1, m2, m3', 'm1, m2'));
    const machines = done.machines.map((each) => (each.name === 'm3' ? { ...each, state: 'stopped' as const } : each));
    expect(ids(silent({ ...done, machines }, 'm3'), smaller).filter((id) => /m3$/.test(id))).toEqual([]);
  });
});

describe('where a balancer stands in for one whose machine does not answer', () => {
  const wide = specOf(text.replace('place: [m1, m2], replicas: 2', 'place: [m1, m2, m3], replicas: 2'));
  const before = worldAfter(wide);
  const balancers = (before.cluster?.instances ?? []).filter(({ kind }) => kind === 'balancer');
  const [first, second] = balancers;
  const third = ['m1', 'm2', 'm3'].find((name) => !balancers.some(({ machine }) => machine === name)) ?? '';

  it('stays, until that one answers again', () => {
    if (first === undefined || second === undefined) throw new Error('two balancers were wanted');
    const standIn = { ...second, name: 'balancer-3', slot: 77, machine: third };
    const all = withCluster(before, ({ instances }) => ({ instances: [...instances, standIn] }));
    expect(ids(silent(all, second.machine), wide)).not.toContain('remove balancer-3');
    expect(ids(all, wide)).toContain('remove balancer-3');
  });
});
