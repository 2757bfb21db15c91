import { describe, expect, it } from 'vitest';
import type { Observed, ObservedInstance } from '../../src/domain/observed.ts';
import type { Step } from '../../src/domain/step.ts';
import { viewOf } from '../../src/plan/view.ts';
import { bareWorld, desiredFor, planFor, repairsFor, specOf, text, withCluster, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const done = worldAfter(spec);
/** Without what follows every change of the file: that controllers are told. */
const changes = (steps: readonly Step[]) => steps.filter(({ kind }) => kind !== 'controller.configure');
const shown = (steps: readonly Step[]) => changes(steps).map(({ id, reason }) => `${id}: ${reason}`);
const edited = (from: string, to: string) => specOf(text.replace(from, to));

function withInstance(world: Observed, name: string, change: Partial<ObservedInstance>): Observed {
  return withCluster(world, ({ instances }) => ({
    instances: instances.map((each) => (each.name === name ? { ...each, ...change } : each)),
  }));
}

/** Every step that must have succeeded before this one. */
function needed(steps: readonly Step[], id: string): Set<string> {
  const direct = steps.find((step) => step.id === id)?.after ?? [];
  return new Set(direct.flatMap((each) => [each, ...needed(steps, each)]));
}

describe('the plan for a world that has nothing', () => {
  const steps = planFor(spec, bareWorld);

  it('makes everything, each step after what it needs', () => {
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [index, { after }] of steps.entries()) {
      for (const id of after) expect(ids.slice(0, index)).toContain(id);
    }
    const ends = ['publish', 'balance balancer-1'];
    const unneeded = ids.filter(
      (id) => !ends.includes(id) && !id.startsWith('controller ') && !ends.some((end) => needed(steps, end).has(id)),
    );
    expect(unneeded.every((id) => id.startsWith('warm '))).toBe(true);
  });

  it('creates an instance only where its image is unpacked already', () => {
    const instance = steps.find(({ id }) => id === 'instance web-1');
    expect(instance?.after.filter((id) => id.startsWith('warm'))).toHaveLength(1);
    expect(needed(steps, 'instance web-1')).toContain('join m2');
  });

  it('is the same each time', () => {
    expect(planFor(spec, bareWorld)).toEqual(steps);
  });
});

describe('the plan for a world that is as it shall be', () => {
  it('is empty', () => {
    expect(shown(planFor(spec, done))).toEqual([]);
  });

  it('has only the new instance and the balancer when replicas grow', () => {
    const steps = planFor(edited('replicas: 2', 'replicas: 3'), done);
    expect(shown(steps)).toEqual(['instance web-3: not there yet', 'balance balancer-1: it does not know web-3 yet']);
  });

  it('drains and removes, then forgets, when replicas shrink', () => {
    const steps = planFor(edited('replicas: 2', 'replicas: 1'), done);
    expect(shown(steps)).toEqual(['remove web-2: no longer wanted', 'settle balancer-1: servers moved or went']);
    expect(steps[1]?.after).toEqual(['remove web-2']);
  });

  it('gives what goes the time that its service has, also where nothing of it stays', () => {
    const patient = text.replace('port: 80', 'port: 80, stop_grace_period: 2m, timeouts: { drain: 5m }');
    const world = worldAfter(specOf(patient));
    const endings = (file: string) =>
      planFor(specOf(file), world).flatMap((step) => (step.kind === 'instance.delete' ? [step.stopping] : []));
    const own = { drain: 300, grace: 120 };
    expect(endings(patient.replace('replicas: 2', 'replicas: 0'))).toEqual([own, own]);
    expect(endings(patient.replace('  web:', '  other:'))).toEqual([1, 2].map(() => ({ drain: 30, grace: 120 })));
  });

  it('only configures when the algorithm changes', () => {
    const steps = planFor(edited('publish: 8080', 'publish: 8080, algorithm: leastconn'), done);
    expect(shown(steps)).toEqual(['balance balancer-1: the configuration changed']);
  });

  it('replaces one after another when a package changes', () => {
    const steps = planFor(edited('[apache2]', '[apache2, curl]'), done);
    const replaced = steps.filter(({ kind }) => kind === 'instance.replace');
    expect(shown(replaced)).toEqual(['instance web-1: its image changed', 'instance web-2: its image changed']);
    expect(replaced[1]?.after).toContain('instance web-1');
  });

  it('does so too with those that are not UP now: until their turn comes they may be', () => {
    const starting = withCluster(done, () => ({ servers: { 'web-1': 'DOWN 1/2', 'web-2': 'DOWN' } }));
    const steps = planFor(edited('[apache2]', '[apache2, curl]'), starting);
    expect(needed(steps, 'instance web-2')).toContain('instance web-1');
  });

  it('has a stand-in serve while the only instance is replaced', () => {
    const single = edited('replicas: 2', 'replicas: 1');
    const steps = planFor(
      specOf(text.replace('replicas: 2', 'replicas: 1').replace('[apache2]', '[apache2, curl]')),
      worldAfter(single),
    );
    const inside = steps.filter(({ id }) => !/^(base|build|import|warm|forget|controller) /.test(id));
    expect(inside.map(({ id }) => id)).toEqual([
      'instance web-2',
      'balance balancer-1',
      'instance web-1',
      'remove web-2',
      'settle balancer-1',
    ]);
    expect(needed(steps, 'instance web-1')).toContain('balance balancer-1');
    expect(needed(steps, 'remove web-2')).toContain('instance web-1');
  });

  it('moves instances one after another, and writes their places into the configuration afterwards', () => {
    const steps = planFor(edited('place: [m2, m3]', 'place: [m1]'), done);
    expect(shown(steps)).toEqual([
      'instance web-1: moves from m2 to m1',
      'instance web-2: moves from m3 to m1',
      'settle balancer-1: servers moved or went',
    ]);
  });

  it('asks what serves before a new health check counts', () => {
    const [step] = planFor(edited('port: 80,', 'port: 80, health: { path: /up },'), done);
    expect(step).toMatchObject({ kind: 'balancer.configure', asks: ['web-1', 'web-2'] });
  });

  it('writes a new health check on instances once the balancers ask for it', () => {
    const steps = planFor(edited('port: 80,', 'port: 80, health: { path: /up },'), done);
    expect(shown(steps)).toEqual([
      'balance balancer-1: the configuration changed',
      'update web-1: its health check changed',
      'update web-2: its health check changed',
    ]);
    expect(needed(steps, 'update web-1')).toContain('balance balancer-1');
  });
});

describe('the plan for backups', () => {
  const warm = edited('replicas: 2', 'replicas: 2, backups: 1');
  const cold = edited('replicas: 2', 'replicas: 1, backups: { count: 1, kind: cold }');

  it('adds one as another server', () => {
    const steps = planFor(warm, done);
    expect(shown(steps)).toEqual(['instance web-3: not there yet', 'balance balancer-1: it does not know web-3 yet']);
    expect(steps[0]).toMatchObject({ instance: { role: 'backup', cold: false } });
    expect(planFor(warm, worldAfter(warm))).toEqual([]);
  });

  it('replaces those that are stopped all at once, and before those that run', () => {
    const two = (packages: string) =>
      specOf(
        text.replace('replicas: 2', 'replicas: 2, backups: { count: 2, kind: cold }').replace('[apache2]', packages),
      );
    const resting = ['web-3', 'web-4'];
    const world = resting.reduce(
      (before, name) => withInstance(before, name, { state: 'stopped' }),
      worldAfter(two('[apache2]')),
    );
    const steps = planFor(two('[apache2, curl]'), world);
    expect(needed(steps, 'instance web-4')).not.toContain('instance web-3');
    expect([...needed(steps, 'instance web-1')]).toEqual(expect.arrayContaining(['instance web-3', 'instance web-4']));
    expect(needed(steps, 'instance web-2')).toContain('instance web-1');
  });

  it('makes it a primary where replicas grow, without replacing it', () => {
    const steps = planFor(edited('replicas: 2', 'replicas: 3, backups: 1'), worldAfter(warm));
    expect(changes(steps).map(({ id }) => id)).toEqual(['update web-3', 'instance web-4', 'balance balancer-1']);
  });

  it('does not wait for a cold one, and stops it where it runs', () => {
    const world = withCluster(worldAfter(cold), () => ({ servers: { 'web-1': 'UP', 'web-2': 'DOWN' } }));
    expect(shown(planFor(cold, world))).toEqual(['rest web-2: it waits cold']);
    expect(planFor(cold, withInstance(world, 'web-2', { state: 'stopped' }))).toEqual([]);
    const servesAlone = withCluster(world, () => ({ servers: { 'web-1': 'DOWN', 'web-2': 'UP' } }));
    const rest = planFor(cold, servesAlone).find(({ kind }) => kind === 'instance.stop');
    expect(rest?.after).toContain('balance balancer-1'); // which waits until web-1 is UP
    const repairs = repairsFor(cold, viewOf(servesAlone));
    expect(repairs.map(({ kind }) => kind)).not.toContain('instance.stop');
  });

  it('has the warm one serve while the only primary is replaced, and a stand-in where it is cold', () => {
    const change = (text: string) => specOf(text.replace('[apache2]', '[apache2, curl]'));
    const kinds = (from: string) => {
      const before = text.replace('replicas: 2', from);
      return planFor(change(before), worldAfter(specOf(before)))
        .map(({ id }) => id)
        .filter((id) => /^(instance|remove) /.test(id));
    };
    expect(kinds('replicas: 1, backups: 1')).toEqual(['instance web-1', 'instance web-2']);
    expect(kinds('replicas: 1, backups: { count: 1, kind: cold }')).toEqual([
      'instance web-3',
      'instance web-1',
      'instance web-2',
      'remove web-3',
    ]);
  });
});

describe('the plan for a world that is not as it should be', () => {
  it('starts what is stopped', () => {
    expect(shown(planFor(spec, withInstance(done, 'web-1', { state: 'stopped' })))).toEqual([
      'instance web-1: stopped',
      'balance balancer-1: servers start again',
    ]);
  });

  it('makes anew what an interrupted run left half made', () => {
    expect(shown(planFor(spec, withInstance(done, 'web-1', { complete: false })))[0]).toBe(
      'instance web-1: its creation was interrupted',
    );
  });

  it('waits for a server that is not UP', () => {
    const world = withCluster(done, () => ({ servers: { 'web-1': 'UP', 'web-2': 'MAINT' } }));
    expect(shown(planFor(spec, world))).toEqual(['balance balancer-1: it does not see web-2 UP']);
  });

  it('starts a machine that is off, and makes nothing in place of what it carries', () => {
    const machines = done.machines.map((each) => (each.name === 'm2' ? { ...each, state: 'stopped' as const } : each));
    const world = withCluster({ ...done, machines }, ({ instances }) => ({
      instances: instances.filter(({ name }) => name !== 'web-1'),
      unread: [{ name: 'web-1', machine: 'm2' }],
    }));
    expect(shown(planFor(spec, world))).toEqual(['machine m2: stopped']);
  });

  it('touches nothing where a member does not answer', () => {
    const world = withCluster(done, ({ instances }) => ({
      instances: instances.filter(({ name }) => name !== 'web-1'),
      unread: [{ name: 'web-1', machine: 'm2' }],
    }));
    expect(planFor(spec, world)).toEqual([]);
  });

  it('takes a machine out only after what it carried has moved', () => {
    const smaller = specOf(text.replace('[m1, m2, m3]', '[m1, m2]').replace('[m2, m3]', '[m1, m2]'));
    const steps = planFor(smaller, done);
    expect(needed(steps, 'delete m3')).toEqual(new Set(steps.map(({ id }) => id).filter((id) => id !== 'delete m3')));
  });
});

describe('a published port that an instance has on the machines', () => {
  const collision = edited('publish: 8080', 'publish: 20002');

  it('is not given to new instances', () => {
    const { instances, balancers } = desiredFor(collision, bareWorld);
    expect([...balancers, ...instances].map(({ slot }) => slot)).toEqual([1, 3, 4]);
  });

  it('is taken from one that has it already', () => {
    expect(shown(planFor(collision, done))).toContain('instance web-1: its files, environment or secrets changed');
  });
});
