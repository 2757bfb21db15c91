import { describe, expect, it, vi } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import { Lease } from '../../src/reconcile/lease.ts';
import { FakeCluster } from '../rig/fake-cluster.ts';
import { specOf } from '../rig/world.ts';

vi.setConfig({ testTimeout: 30_000 });

const two = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, place: [m2, m3] }
  java: { packages: [apache2], port: 81, route: { path: /java }, replicas: 2, place: [m2, m3], health: { start_period: 60s } }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;

async function calm(text = two): Promise<FakeCluster> {
  const cluster = new FakeCluster(specOf(text));
  await cluster.pass(5000);
  expect(cluster.did()).toEqual([]);
  return cluster;
}

const silence = new RelevoError({ code: 'unreachable', message: 'no answer' });
const on = (cluster: FakeCluster, machine: string) =>
  cluster.instances.filter((each) => each.machine === machine && each.kind === 'service').map(({ name }) => name);
const leaders = (cluster: FakeCluster) =>
  cluster.events.flatMap(({ by, event }) => (event.type === 'noticed' && event.what === 'leads' ? [by] : []));

describe('what is unknown', () => {
  it('stops no repair elsewhere: LXD of one machine is silent, an instance on another one stopped', async () => {
    const cluster = await calm();
    const [unread = ''] = on(cluster, 'm3');
    const [stopped = ''] = on(cluster, 'm2');
    cluster.deaf.add('m3');
    cluster.set(stopped, { state: 'stopped' });
    await cluster.pass(3000);
    expect(cluster.did()).toContain(`instance.start ${stopped}`);
    expect(cluster.did().join()).not.toContain(unread);
  });

  it('is nothing that is touched, also when what is on it goes DOWN', async () => {
    const cluster = await calm();
    cluster.deaf.add('m3');
    for (const name of on(cluster, 'm3')) cluster.sick.add(name);
    await cluster.pass(60_000);
    expect(cluster.did()).toEqual([]);
  });

  it('is another balancer’s opinion where it hangs, and its own is enough', async () => {
    const cluster = await calm();
    cluster.broken.set('othersStates', silence);
    cluster.set('web-1', { state: 'stopped' });
    cluster.sick.add('java-1');
    await cluster.pass(6000);
    expect(cluster.did().sort()).toEqual(['instance.revive java-1', 'instance.start web-1']);
  });

  it('is not gone: a machine that does not answer and serves is not lost', async () => {
    const cluster = await calm();
    cluster.unheard.add('m3');
    cluster.deaf.add('m3');
    await cluster.pass(60_000);
    expect(cluster.said('lost')).toEqual([]);
    expect(cluster.did()).toEqual([]);
  });

  it('leaves no opinion behind: whose HAProxy is silent leads no more, and another one repairs', async () => {
    const cluster = await calm();
    const [first = ''] = leaders(cluster);
    cluster.mute.add(first);
    cluster.sick.add('web-1');
    await cluster.pass(12_000);
    expect(leaders(cluster)[1]).not.toBe(first);
    expect(cluster.did()).toContain('instance.revive web-1');
    expect(cluster.said('follows')[0]).toContain('its own HAProxy does not answer');
  });

  it('has who can’t read the cluster give the lease up', async () => {
    const cluster = await calm();
    cluster.broken.set('observe', silence);
    cluster.set('web-1', { state: 'stopped' });
    await cluster.pass(10_000);
    expect(cluster.said('follows')[0]).toContain("the cluster can't be read");
    cluster.broken.clear();
    await cluster.pass(5000);
    expect(cluster.get('web-1')?.state).toBe('running');
  });
});

describe('a slow start', () => {
  it('holds up nothing else', async () => {
    const cluster = await calm();
    cluster.startsIn.set('java', 15_000);
    cluster.set('java-1', { state: 'stopped' });
    await cluster.pass(2000);
    expect(cluster.get('java-1')?.state).toBe('running');
    cluster.set('web-1', { state: 'stopped' });
    const began = cluster.now;
    await cluster.pass(2000);
    expect(cluster.did()).toContain('instance.start web-1');
    expect((cluster.whenActed.at(-1) ?? Number.POSITIVE_INFINITY) - began).toBeLessThan(1000);
  });

  it.each([
    ['a controller started it', (cluster: FakeCluster) => cluster.set('java-1', { state: 'stopped' })],
    ['systemd restarted it, or somebody by hand', (cluster: FakeCluster) => cluster.start('java-1')],
  ])('is let end where %s', async (_, begin) => {
    const cluster = await calm();
    cluster.startsIn.set('java', 50_000);
    begin(cluster);
    await cluster.pass(70_000);
    expect(cluster.did()).not.toContain('instance.revive java-1');
    expect(cluster.serves('java-1')).toBe(true);
  });

  it('is not waited for any longer than its file says', async () => {
    const cluster = await calm();
    cluster.startsIn.set('java', 300_000);
    cluster.start('java-1');
    await cluster.pass(64_000);
    expect(cluster.did()).toEqual(['instance.revive java-1']);
  });
});

describe('a cut that lasts', () => {
  it('has the instance recreated on another machine in less than fifteen seconds', async () => {
    const cluster = await calm();
    const machine = cluster.get('web-1')?.machine;
    cluster.cuts.add(`web-1 ${machine}`);
    await cluster.pass(13_000);
    expect(cluster.did().filter((each) => each.startsWith('instance.'))).toEqual([
      'instance.revive web-1',
      'instance.replace web-1',
    ]);
    expect(cluster.get('web-1')?.machine).not.toBe(machine);
    await cluster.pass(100_000); // it stays, and nothing comes back to the machine because of it
    expect(cluster.did().filter((each) => each.startsWith('instance.'))).toHaveLength(2);
  });

  it('is over for the controllers too when a command has put the instance back', async () => {
    const cluster = await calm();
    const machine = cluster.get('web-1')?.machine ?? '';
    cluster.cuts.add(`web-1 ${machine}`);
    await cluster.pass(20_000);
    cluster.cuts.clear();
    const clock = { elapsed: () => cluster.now, now: () => new Date(cluster.now) };
    cluster.marks.cut(leaders(cluster)[0] === 'balancer-1' ? 'balancer-2' : 'balancer-1', true); // the same one leads again
    const up = new Lease({ holder: 'up', nonce: 'up', store: cluster.marks.for('up'), clock, urgent: true });
    for (; !up.valid; await cluster.pass(200)) await up.turn(true);
    cluster.set('web-1', { machine });
    await up.release();
    await cluster.pass(60_000);
    expect(cluster.get('web-1')?.machine).toBe(machine);
  });
});

describe('an instance that nothing cures', () => {
  it('is recreated later each time, wherever it is tried', async () => {
    const cluster = await calm();
    for (const machine of ['m2', 'm3']) cluster.cuts.add(`web-1 ${machine}`);
    await cluster.pass(600_000);
    const tries = cluster.did().filter((each) => /^instance.* web-1$/.test(each));
    expect(tries.length).toBeGreaterThan(4);
    expect(tries.length).toBeLessThan(12);
  });
});

describe('an error', () => {
  it('of the disk ends nothing, and is told', async () => {
    const cluster = await calm(two.replace('replicas: 2, place', 'replicas: 2, backups: 1, place'));
    cluster.broken.set('change', Object.assign(new Error('ENOSPC: no space left on device'), { syscall: 'write' }));
    cluster.sick.add('web-1');
    await cluster.pass(5000);
    expect(cluster.said('blind')[0]).toBe("roles can't be changed: ENOSPC: no space left on device");
    expect(cluster.did()).toEqual(['instance.revive web-1']);
  });

  it('that nobody foresaw is told as a bug, with its place, and does not end the controller', async () => {
    const cluster = await calm();
    cluster.broken.set('observe', new TypeError("can't read properties of undefined"));
    cluster.set('web-1', { state: 'stopped' });
    await cluster.pass(3000);
    const bug = cluster.events.find(({ event }) => event.type === 'noticed' && event.what === 'bug')?.event;
    expect(bug).toMatchObject({
      topic: 'cluster',
      failure: { message: "can't read properties of undefined", evidence: { title: 'stack' } },
    });
    expect(JSON.stringify(bug)).toContain('unknown.test.ts');
    cluster.broken.clear();
    await cluster.pass(3000);
    expect(cluster.get('web-1')?.state).toBe('running');
  });
});

describe('while nothing happens', () => {
  it('the cluster is read twice a minute by the leader, and once by the others', async () => {
    const cluster = await calm();
    const before = cluster.reads;
    await cluster.pass(60_000);
    expect(cluster.reads - before).toBeLessThanOrEqual(3);
  });

  it('what LXD tells is seen to at once', async () => {
    const cluster = await calm();
    await cluster.pass(7000);
    cluster.set('web-1', { state: 'stopped' });
    const began = cluster.now;
    await cluster.pass(1000);
    expect((cluster.whenActed[0] ?? Number.POSITIVE_INFINITY) - began).toBeLessThanOrEqual(400);
  });
});
