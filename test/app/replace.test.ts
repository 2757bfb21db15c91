import { describe, expect, it } from 'vitest';
import { replace } from '../../src/app/replace.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { LostMachine } from '../../src/ports/provider.ts';
import { otherMachines } from '../rig/other-machines.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m1, m2, m3] }
balancer: { place: [m1, m2, m3], replicas: 2, publish: 8080 }
`;

/** Three machines that are up, of which m3 may be taken for lost. */
async function threeMachines(lost: Partial<LostMachine> = {}) {
  const did: string[] = [];
  const cluster: VirtualCluster = new VirtualCluster(1, (host, process) => ({
    ...otherMachines(host, process),
    loss: {
      judge: async (name) => ({ name, state: 'new', fenced: false, wanted: true, ...lost }),
      fence: async (name) => void did.push(`fence ${name}`),
      forget: async (name) => {
        did.push(`forget ${name}`);
        const known = host.machines.get(name);
        if (known !== undefined) known.joined = false;
      },
    },
  }));
  const { failure } = await cluster.clock.until(cluster.command(text).up());
  if (failure !== undefined) throw new RelevoError(failure);
  const give = {
    given: true,
    ask: async () => {},
    giveUp: async ({ name }: LostMachine) => void did.push(`ask ${name}`),
  };
  const replaced = (command = cluster.command(text), consent = give) => replace(command.project, 'm3', consent);
  const carried = (machine: string) => cluster.world.instances.filter(({ location }) => location === machine);
  return { cluster, did, replaced, carried, give };
}

describe('a machine that is gone for good', () => {
  it('goes from the cluster with all that it had, and another one joins in its place', async () => {
    const { cluster, did, replaced, carried } = await threeMachines();
    const { clock, world } = cluster;
    world.powerOff('m3');
    await clock.run(60_000);
    expect(carried('m3').length).toBeGreaterThan(0);
    const { outcome } = await clock.until(replaced());
    expect(outcome?.failure).toBeUndefined();
    expect(did).toEqual(['ask m3', 'forget m3']);
    expect([...world.members.keys()].sort()).toEqual(['m1', 'm2', 'm3']);
    expect(world.members.get('m3')?.power).toBe(true);
    for (const balancer of world.balancers) expect(world.serving(balancer, 'web').length).toBeGreaterThanOrEqual(2);
  });

  it('is fenced first, where the file says how, and then waits for its successor', async () => {
    const { cluster, did, replaced, carried } = await threeMachines({ state: 'silent', fenced: true });
    cluster.world.powerOff('m3');
    await cluster.clock.run(60_000);
    const { outcome } = await cluster.clock.until(replaced());
    expect([outcome, did]).toEqual([undefined, ['ask m3', 'fence m3', 'forget m3']]);
    expect([[...cluster.world.members.keys()].sort(), carried('m3')]).toEqual([['m1', 'm2'], []]);
  });

  it('is not given up while its LXD answers the others, nor where somebody says no', async () => {
    const { cluster, did, replaced, give } = await threeMachines({ state: 'silent' });
    await expect(cluster.clock.until(replaced())).rejects.toThrow('LXD on m3 answers the other members');
    cluster.world.powerOff('m3');
    await cluster.clock.run(60_000);
    const no = { ...give, giveUp: () => Promise.reject(new Error('no')) };
    await expect(cluster.clock.until(replaced(undefined, no))).rejects.toThrow('no');
    expect([did, cluster.world.members.has('m3')]).toEqual([[], true]);
  });

  it.each([2, 5, 9, 14, 20])('is replaced whenever the command was killed before: after %i s', async (seconds) => {
    const { cluster, replaced } = await threeMachines();
    const { clock, world } = cluster;
    world.powerOff('m3');
    await clock.run(60_000);
    const first = cluster.command(text);
    clock.after(seconds * 1000, () => first.process.kill());
    void replaced(first).catch(() => {});
    await clock.run(seconds * 1000 + 1000);
    const hasJoined = world.members.get('m3')?.power === true; // then it is no longer lost
    const outcome = await clock.until(hasJoined ? cluster.command(text).up() : replaced().then((each) => each.outcome));
    expect(outcome?.failure).toBeUndefined();
    expect([...world.members.keys()].sort()).toEqual(['m1', 'm2', 'm3']);
    for (const balancer of world.balancers) expect(world.serving(balancer, 'web').length).toBeGreaterThanOrEqual(2);
  });
});
