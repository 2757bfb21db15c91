import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/plan/view.ts';
import { FakeCluster } from '../rig/fake-cluster.ts';
import { random } from '../rig/random.ts';
import { repairsFor, specOf } from '../rig/world.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;
const spec = specOf(text);

async function calm(description = text, resting: readonly string[] = []): Promise<FakeCluster> {
  const cluster = new FakeCluster(specOf(description));
  for (const name of resting) cluster.set(name, { state: 'stopped' });
  await cluster.pass(5000);
  expect(cluster.did()).toEqual([]);
  return cluster;
}

function services(cluster: FakeCluster): string[] {
  const own = cluster.instances.filter(({ kind }) => kind === 'service');
  return own.map(({ name, role, machine, state }) => `${name} ${role} ${machine} ${state}`).sort();
}

function converged(cluster: FakeCluster): void {
  const left = repairsFor(spec, viewOf(cluster.observed()));
  expect(left.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  for (const { name } of cluster.instances) expect([name, cluster.serves(name)]).toEqual([name, true]);
  expect(cluster.instances).toHaveLength(5);
}

describe('the controllers of a cluster', () => {
  it('have one leader, and nothing to do while all is well', async () => {
    const cluster = await calm();
    expect(cluster.said('leads')).toHaveLength(1);
  });

  it('start what stopped', async () => {
    const cluster = await calm();
    cluster.set('web-1', { state: 'stopped' });
    await cluster.pass(10_000);
    expect(cluster.did()).toContain('instance.start web-1');
    converged(cluster);
  });

  it('have a backup as a full server while a primary is DOWN', async () => {
    const cluster = await calm();
    cluster.sick.add('web-1');
    await cluster.pass(600);
    expect([cluster.promoted('balancer-1'), cluster.promoted('balancer-2')]).toEqual([['web-3'], ['web-3']]);
    cluster.sick.delete('web-1');
    await cluster.pass(4000);
    expect(cluster.promoted('balancer-1')).toEqual(['web-3']);
    await cluster.pass(2000);
    expect([cluster.promoted('balancer-1'), cluster.promoted('balancer-2')]).toEqual([[], []]);
  });

  it('restart what runs and does not serve, then recreate it on another machine', async () => {
    const cluster = await calm();
    const before = cluster.get('web-2')?.machine;
    cluster.sick.add('web-2');
    await cluster.pass(8000);
    expect(cluster.did()).toEqual(['instance.revive web-2']);
    await cluster.pass(40_000); // it had the time to start that its file gives it
    expect(cluster.did().slice(1, 2)).toEqual(['instance.replace web-2']);
    expect([cluster.get('web-2')?.machine === before, cluster.serves('web-2')]).toEqual([false, true]);
  });

  it('wait longer for a server that is refused, which may be starting, than for one that hangs', async () => {
    const cluster = await calm();
    cluster.sick.add('web-2');
    await cluster.pass(2600);
    expect(cluster.did()).toEqual([]);
    const other = await calm();
    other.sick.add('web-2');
    other.frozen.add('web-2');
    await other.pass(2600);
    expect(other.did()).toEqual(['instance.revive web-2']);
  });

  it('suspect the health check where most of a service is DOWN, and delete nothing', async () => {
    const cluster = await calm();
    for (const name of ['web-1', 'web-2', 'web-3']) cluster.sick.add(name);
    await cluster.pass(300_000);
    expect(cluster.said('brake')[0]).toMatch(/most of web is DOWN/);
    expect(cluster.acted.every((step) => step.kind === 'instance.revive' && !step.recreate)).toBe(true);
  });

  it('make anew what a machine carried that is gone, and tidy up when it is back', async () => {
    const cluster = await calm();
    cluster.off.add('m3');
    await cluster.pass(2000);
    expect(cluster.said('lost')[0]).toMatch(/^m3 /);
    await cluster.pass(3000);
    const alive = cluster.instances.filter(({ machine, kind }) => machine !== 'm3' && kind === 'service');
    expect(alive.map(({ role }) => role).sort()).toEqual(['backup', 'primary', 'primary']);
    cluster.off.delete('m3');
    await cluster.pass(20_000);
    converged(cluster);
    expect(services(cluster).map((each) => each.split(' ')[0])).toEqual(['web-1', 'web-2', 'web-3']);
  });

  it('go on when the leader’s machine is gone', async () => {
    const cluster = await calm();
    const machine = cluster.get(cluster.events[0]?.by ?? '')?.machine ?? '';
    cluster.off.add(machine);
    await cluster.pass(8000);
    expect(cluster.said('leads')).toHaveLength(2);
    cluster.off.delete(machine);
    await cluster.pass(20_000);
    converged(cluster);
  });

  it('do nothing where half of the machines look dead', async () => {
    const cluster = await calm();
    cluster.off.add('m2');
    cluster.off.add('m3');
    await cluster.pass(30_000);
    expect(cluster.did()).toEqual([]);
    cluster.off.clear();
    await cluster.pass(20_000);
    converged(cluster);
  });

  it('leave it to the other one when they are cut off', async () => {
    const cluster = await calm();
    const leader = cluster.events[0]?.by ?? '';
    cluster.cutOff.add(leader);
    cluster.marks.cut(leader, true);
    await cluster.pass(8000);
    expect(cluster.events.filter(({ event }) => event.type === 'noticed' && event.what === 'leads')).toHaveLength(2);
    cluster.set('web-1', { state: 'stopped' });
    await cluster.pass(5000);
    expect(cluster.get('web-1')?.state).toBe('running');
  });

  it('undo what somebody did by hand', async () => {
    const cluster = await calm();
    cluster.remove('web-2');
    cluster.set('balancer-2', { state: 'stopped' });
    await cluster.pass(10_000);
    converged(cluster);
  });

  it('leave one that comes and goes more and more time, and make nothing of a blink', async () => {
    const cluster = await calm();
    for (let blink = 0; blink < 10; blink += 1) {
      cluster.sick.add('web-1');
      await cluster.pass(600);
      cluster.sick.delete('web-1');
      await cluster.pass(3000);
    }
    expect(cluster.did()).toEqual([]);
    for (let second = 0; second < 300; second += 10) {
      cluster.sick.add('web-1'); // whatever is done about it
      await cluster.pass(10_000);
    }
    expect(cluster.did().filter((step) => step === 'instance.revive web-1').length).toBeLessThan(8);
  });

  it('put nothing on a machine that is drained', async () => {
    const cluster = await calm();
    await cluster.drain('m3');
    await cluster.pass(10_000);
    expect(cluster.instances.filter(({ machine }) => machine === 'm3')).toEqual([]);
    cluster.off.add('m3');
    await cluster.pass(10_000);
    expect(cluster.instances).toHaveLength(5);
  });

  it('say of no machine that it answers again only because they no longer believe what they hear', async () => {
    const cluster = await calm();
    cluster.off.add('m3');
    await cluster.pass(2000);
    cluster.off.add('m2');
    await cluster.pass(3000);
    expect(cluster.said('lost')).toHaveLength(2); // each balancer's controller says it
    expect(cluster.said('back')).toEqual([]);
  });

  it('wake a cold backup while a primary is missing, and let it rest again', async () => {
    const cluster = await calm(text.replace('backups: 1', 'backups: { count: 1, kind: cold }'), ['web-3']);
    cluster.sick.add('web-1');
    await cluster.pass(2000);
    expect(cluster.get('web-3')?.state).toBe('running');
    await cluster.pass(90_000);
    expect(cluster.get('web-3')?.state).toBe('stopped');
    expect(cluster.serves('web-1')).toBe(true);
  });

  it('let no cold backup rest that serves for a primary which is DOWN, whoever leads since when', async () => {
    const cluster = await calm(text.replace('backups: 1', 'backups: { count: 1, kind: cold }'), ['web-3']);
    cluster.startsIn.set('web', 20_000);
    for (const name of ['web-1', 'web-2']) cluster.start(name);
    await cluster.pass(25_000);
    for (const name of ['web-1', 'web-2']) cluster.start(name);
    await cluster.pass(2000);
    expect(cluster.get('web-3')?.state).toBe('running');
    for (const name of ['balancer-1', 'balancer-2']) cluster.killController(name);
    await cluster.pass(2000);
    expect(cluster.did()).not.toContain('instance.stop web-3');
  });
});

describe('a random run', () => {
  it.each([1, 2, 3, 4, 5])(
    'of two hundred faults ends as it should be (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const cluster = await calm();
      const one = <T>(all: readonly T[]) => all[Math.floor(chance() * all.length)] as T;
      for (let fault = 0; fault < 200; fault += 1) {
        const instance = one(cluster.instances);
        const what = chance();
        if (what < 0.25) cluster.set(instance.name, { state: 'stopped' });
        else if (what < 0.4 && instance.kind === 'service') cluster.sick.add(instance.name);
        else if (what < 0.5) cluster.killController(one(['balancer-1', 'balancer-2']));
        else if (what < 0.65) cluster.off.add(one(['m1', 'm2', 'm3']));
        else if (what < 0.8) cluster.off.delete(one([...cluster.off, 'none']));
        else if (what < 0.9)
          cluster.remove(one(cluster.instances.filter(({ kind }) => kind === 'service'))?.name ?? '');
        else {
          const cut = one(['balancer-1', 'balancer-2']);
          const isCut = !cluster.cutOff.delete(cut);
          if (isCut) cluster.cutOff.add(cut);
          cluster.marks.cut(cut, isCut);
        }
        if (!cluster.instances.some(({ kind, state }) => kind === 'balancer' && state === 'running')) {
          cluster.set('balancer-1', { state: 'running' }); // nobody repairs who has nobody left
        }
        await cluster.pass(1000 * Math.ceil(chance() * 20));
      }
      cluster.off.clear();
      for (const name of ['balancer-1', 'balancer-2', 'balancer-3', 'balancer-4']) {
        cluster.cutOff.delete(name);
        cluster.marks.cut(name, false);
      }
      cluster.set('balancer-1', { state: 'running' });
      // where most of a service is DOWN, nothing is recreated: people must have mended it
      for (const name of [...cluster.sick].slice(1)) cluster.sick.delete(name);
      await cluster.pass(700_000);
      converged(cluster);
    },
    60_000,
  );
});
