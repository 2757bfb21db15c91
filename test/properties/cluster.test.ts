import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import { fair, type Instance, rough } from '../rig/fake-lxd/world.ts';
import { random } from '../rig/random.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { long, patience } from './settings.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;
const seeds = Array.from({ length: long ? 200 : 2 }, (_, index) => index + 1);

function shown(cluster: VirtualCluster): string[] {
  const own = cluster.world.instances.filter(({ config }) => /service|balancer/.test(config['user.relevo.kind'] ?? ''));
  return own.map(({ name, status }) => `${name} ${status}`).sort();
}

const whole = ['balancer-1', 'balancer-2', 'web-1', 'web-2', 'web-3'].map((name) => `${name} Running`);

/** One `up`: why it failed, if it did. What is thrown must be known: anything else is a bug. */
async function up(cluster: VirtualCluster, file: string): Promise<string | undefined> {
  try {
    const { failure } = await cluster.clock.until(cluster.command(file).up());
    expect(failure?.evidence?.title).not.toBe('stack');
    return failure?.message;
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return error.message;
  }
}

/** Again and again, as people do, until it has nothing more to say. */
async function settle(cluster: VirtualCluster, file: string, most = 3): Promise<void> {
  const failures: string[] = [];
  for (let attempt = 0; attempt < most; attempt += 1) {
    const failure = await up(cluster, file);
    if (failure === undefined) return;
    failures.push(failure);
    await cluster.clock.run(5000);
  }
  expect(failures).toEqual([]);
}

/** The fewest servers of the service that a balancer had in use while `act` was going on. */
async function fewest(cluster: VirtualCluster, service: string, act: () => Promise<unknown>): Promise<number> {
  const { clock, world } = cluster;
  let least = Number.POSITIVE_INFINITY;
  const stop = clock.every(50, () => {
    for (const balancer of world.balancers.filter(({ haproxy }) => haproxy.running))
      least = Math.min(least, world.serving(balancer, service).length);
  });
  await act();
  stop();
  return least;
}

describe('a cluster on a virtual clock', () => {
  it('is made by `up`, and then there is nothing left to do', async () => {
    const cluster = await VirtualCluster.after(text);
    expect(shown(cluster)).toEqual(whole);
    expect((await cluster.clock.until(cluster.command(text).up())).changed).toBe(0);
    await cluster.clock.run(30_000);
    expect(cluster.said('leads')).toHaveLength(1);
    expect(cluster.did()).toEqual([]);
  });

  it('loses one server at a time while all of a service are replaced', async () => {
    const cluster = await VirtualCluster.after(text);
    const changed = text.replace('[apache2]', '[nginx]');
    const least = await fewest(cluster, 'web', () => settle(cluster, changed, 1));
    expect(least).toBeGreaterThanOrEqual(1);
    expect(shown(cluster)).toEqual(whole);
    expect(cluster.did()).toEqual([]); // the controllers kept still meanwhile
  });

  it('is repaired by its controllers when a machine has lost power, and tidied when it is back', async () => {
    const cluster = await VirtualCluster.after(text);
    await cluster.clock.run(10_000);
    cluster.world.powerOff('m3');
    await cluster.clock.run(15_000); // where its backup was ready first, that serves for five seconds more
    const [balancer] = cluster.world.balancers as [Instance];
    expect(cluster.world.serving(balancer, 'web')).toHaveLength(2);
    cluster.world.powerOn('m3');
    await cluster.clock.run(60_000);
    expect(shown(cluster)).toEqual(whole);
    expect(cluster.crashes).toEqual([]);
  });
});

describe.each(seeds)('with the dice of seed %i', (seed) => {
  it(
    'a command that is killed anywhere is completed by the next one, or undone',
    async () => {
      const cluster = await VirtualCluster.after(text, seed);
      const changed = text.replace('[apache2]', '[nginx]').replace('replicas: 2, backups: 1', 'replicas: 3');
      const command = cluster.command(changed);
      const going = command.up();
      await cluster.clock.run(cluster.clock.chance() * 25_000);
      command.process.kill();
      void going; // it never ends
      await settle(cluster, changed);
      expect(shown(cluster)).toEqual(whole);
    },
    patience,
  );

  it(
    '`up` ends in bad weather (slow calls, lost answers, failures inside), and is completed by the next one',
    async () => {
      const cluster = new VirtualCluster(seed);
      cluster.world.weather = rough;
      for (let attempt = 0; attempt < 5; attempt += 1) await up(cluster, text);
      cluster.world.weather = fair;
      await settle(cluster, text);
      expect(shown(cluster)).toEqual(whole);
    },
    patience,
  );

  it(
    'faults end as it should be',
    async () => {
      const cluster = await VirtualCluster.after(text, seed);
      const { clock, world } = cluster;
      const chance = random(seed);
      for (let fault = 0; fault < (long ? 200 : 12); fault += 1) {
        injure(cluster, chance);
        await clock.run(500 + chance() * 15_000);
      }
      for (const { name, power } of world.members.values()) if (!power) world.powerOn(name);
      world.cuts.clear();
      world.weather = fair;
      for (const instance of world.instances) instance.sick = undefined;
      for (const instance of world.balancers) if (instance.status === 'Stopped') world.begin(instance);
      await clock.run(long ? 700_000 : 300_000);
      expect(cluster.crashes).toEqual([]);
      expect(shown(cluster)).toEqual(whole);
      const last = cluster.command(text);
      await clock.until(last.up());
      expect(last.did).toEqual([]);
    },
    patience,
  );
});

function injure({ world }: VirtualCluster, chance: () => number): void {
  const one = <T>(all: readonly T[]) => all[Math.floor(chance() * all.length)] as T;
  const off = [...world.members.values()].filter(({ power }) => !power).map(({ name }) => name);
  const instance = one(
    world.instances.filter(({ status, config }) => status === 'Running' && config['user.relevo.kind'] === 'service'),
  );
  const what = chance();
  if (off.length > 0 && what < 0.4) world.powerOn(one(off));
  else if (off.length === 0 && what < 0.2) world.powerOff(one(['m1', 'm2', 'm3']));
  else if (instance === undefined) return;
  else if (what < 0.4) world.end(instance);
  else if (what < 0.5) instance.sick = one(['refuses', 'silent']);
  else if (what < 0.6) world.weather = one([fair, rough]);
  else if (what < 0.7) world.leaderlessUntil = world.clock.elapsed() + chance() * 30_000;
  else if (what < 0.8) world.cut('m1', one(['m2', 'm3']));
  else if (what < 0.9) world.cuts.clear();
  else world.tell(one(world.balancers), 'controller-restarted');
}
