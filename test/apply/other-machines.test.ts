import { describe, expect, it } from 'vitest';
import { destroy } from '../../src/app/destroy.ts';
import { injectFault } from '../../src/app/faults.ts';
import { plannerOf } from '../../src/app/planner.ts';
import { openCluster } from '../../src/app/project.ts';
import { status } from '../../src/app/status.ts';
import { prepareBase } from '../../src/apply/base.ts';
import { planOnce } from '../../src/apply/up.ts';
import { resolveTarget } from '../../src/faults/target.ts';
import { readProject } from '../../src/observe/observe.ts';
import { machinesOn, otherMachines, otherNetwork } from '../rig/other-machines.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { planFor, specOf } from '../rig/world.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080, tls: { certificate: self-signed, publish: 9443 } }
`;
const spec = specOf(text);

describe('machines of another kind, which are there already', () => {
  const cluster = new VirtualCluster(1, otherMachines);
  const { world, clock } = cluster;
  const command = cluster.command(text);
  const { provider } = command.doors;
  const plan = async () => clock.until(planOnce(await plannerOf(command.project)));

  it('need none of the steps that make machines, and nobody who publishes', async () => {
    const kinds = new Set((await plan()).steps.map(({ kind }) => kind));
    for (const kind of ['provider.prepare', 'machine.create', 'machine.start', 'image.build', 'publish'] as const)
      expect(kinds).not.toContain(kind);
    expect([...kinds]).toEqual(expect.arrayContaining(['cluster.bootstrap', 'cluster.join', 'balancer.create']));
  });

  it('come up: nothing is left to do, and controllers see nothing to do either', async () => {
    const { failure } = await clock.until(command.up());
    expect(failure).toBeUndefined();
    expect((await plan()).steps).toEqual([]);
    await clock.run(30_000);
    expect([cluster.did(), cluster.crashes]).toEqual([[], []]);
    for (const balancer of world.balancers) expect(world.serving(balancer, 'web')).toHaveLength(2);
  });

  it('have their own addresses everywhere, and no others', () => {
    const balancer = world.instance('balancer-2');
    expect(balancer.devices['eth1']).toMatchObject({ nictype: 'macvlan', parent: 'enp0s8' });
    expect(balancer.files.get('/etc/systemd/network/10-eth1.network')).toMatch(
      /Address=192\.168\.57\.9\/21\n[\s\S]*From=192\.168\.56\.0\/21\n[\s\S]*Gateway=192\.168\.63\.254\n/,
    );
    expect(balancer.files.get('/etc/keepalived/keepalived.conf.next')).toMatch(
      /unicast_src_ip 192\.168\.57\.9\n[\s\S]* 192\.168\.60\.5\n[\s\S]* 192\.168\.58\.77\/21\n/,
    );
    expect(world.projects.get('shop')?.config['restricted.networks.access']).toBe('relevo0,enp0s8');
    const everything = [...world.instances.flatMap(({ files }) => [...files.values()]), ...world.commands.flat()];
    expect(everything.length).toBeGreaterThan(50);
    expect(everything.filter((each) => /198\.18\./.test(each))).toEqual([]);
  });

  it('are shown where users reach them', async () => {
    const shown = await clock.until(status(command.project));
    expect([shown.url, shown.address]).toEqual(['https://192.168.58.77:9443/', '192.168.58.77']);
    expect(shown.machines.map(({ address }) => address)).toEqual(otherNetwork.machines.map(({ address }) => address));
  });

  it('lose one, and what it carried is recreated on another', async () => {
    world.powerOff('m3');
    await clock.run(120_000);
    const [first] = world.balancers;
    expect(world.serving(first as NonNullable<typeof first>, 'web')).toHaveLength(2);
    world.powerOn('m3');
    await clock.run(60_000);
    expect((await clock.until(command.up())).failure).toBeUndefined();
  });

  it('refuse what would cut their power, before anything is done', async () => {
    const told = world.commands.length;
    const off = clock.until(injectFault(command.project, { fault: 'machine.off', target: 'm3', seconds: 10 }));
    await expect(off).rejects.toMatchObject({ failure: { code: 'refused', message: expect.stringContaining('m3') } });
    expect(world.commands.length).toBe(told);
  });

  it('are named at both ends of other cuts', async () => {
    await using lxd = await clock.until(openCluster(command.project));
    const { instances } = await clock.until(readProject(lxd));
    const { network, machines } = await provider.observe();
    const target = resolveTarget('balancer/1', { spec, network, machines, instances, unread: [] });
    expect(target).toMatchObject({ endpoints: [{}, { address: '192.168.60.5' }] });
  });

  it('are left as they were, by who asked and nobody who repairs', async () => {
    const asked: string[] = [];
    const consent = { ask: async () => void asked.push('destroy'), onLine: () => {}, left: [] };
    const { removed } = await clock.until(destroy(command.project, consent));
    expect([asked, removed]).toEqual([['destroy'], ['LXD on m1', 'LXD on m2', 'LXD on m3']]);
    expect(await provider.observe()).toMatchObject({ empty: true, machines: [{ name: 'm1' }, {}, {}] });
  });
});

describe('a machine that is taken out of the file', () => {
  it('leaves the cluster, and is only forgotten', async () => {
    const cluster = new VirtualCluster(1, otherMachines);
    const up = (file: string) => cluster.clock.until(cluster.command(file).up());
    expect((await up(text)).failure).toBeUndefined();
    const { failure, status } = await up(text.replace('m3] }', '] }').replace('[m2, m3]', '[m1, m2]'));
    expect(failure).toBeUndefined();
    expect([...cluster.world.members.keys()]).toEqual(['m1', 'm2']);
    expect(status.machines.map(({ name }) => name)).toEqual(['m1', 'm2']);
  });
});

describe('an image that is in no cache', () => {
  it('is not built where nothing can be', async () => {
    const { provider, bases, system: clock } = new VirtualCluster(1, otherMachines).command(text).doors;
    const building = prepareBase({ provider, bases, clock, programs: { node: '' } }, 'debian/12', () => {});
    await expect(building).rejects.toMatchObject({ failure: { code: 'refused' } });
  });
});

describe('a machine that is not there', () => {
  it('is not made by who can’t make machines', async () => {
    const cluster = new VirtualCluster(1, otherMachines);
    const { failure } = await cluster.clock.until(cluster.command(text.replace('m3] }', 'm3, m4] }')).up());
    expect(failure).toMatchObject({ code: 'refused', message: "m4 is not there, and can't be made" });
  });
});

describe('machines that stand in for their balancers', () => {
  it('have them on their own bridge, by a cable that tells whose it is', async () => {
    const cluster = new VirtualCluster(1, machinesOn({ ...otherNetwork, link: 'routed' }));
    expect((await cluster.clock.until(cluster.command(text).up())).failure).toBeUndefined();
    const balancer = cluster.world.instance('balancer-2');
    const cable = `outer${balancer.config['user.relevo.slot']}`;
    expect(balancer.devices['eth1']).toMatchObject({ nictype: 'bridged', parent: 'relevo0', host_name: cable });
    expect(balancer.files.get('/etc/systemd/network/10-eth1.network')).toContain('Address=192.168.57.9/32\n');
    expect(balancer.files.get('/etc/keepalived/keepalived.conf.next')).toContain(' 192.168.58.77/32\n');
  });

  it('get them anew, one after the other, where they had been on the network themselves', async () => {
    const cluster = new VirtualCluster(1, otherMachines);
    expect((await cluster.clock.until(cluster.command(text).up())).failure).toBeUndefined();
    const { observed } = await cluster.clock.until(planOnce(await plannerOf(cluster.command(text).project)));
    const routed = { ...observed, network: { ...observed.network, link: 'routed' as const } };
    const steps = planFor(spec, routed).filter(({ kind }) => kind === 'balancer.replace');
    expect(steps.map(({ id }) => id)).toEqual(['balancer balancer-1', 'balancer balancer-2']);
    expect(steps[1]?.after).toEqual(expect.arrayContaining(['balance balancer-1']));
  });
});

describe('balancers that share no address', () => {
  const { shared: _, ...network } = { ...otherNetwork, balancers: [] };
  const cluster = new VirtualCluster(1, machinesOn(network));
  const { world, clock } = cluster;
  const up = (file: string) => clock.until(cluster.command(file).up());

  it('are reached at their machines’ own addresses', async () => {
    const { failure, status } = await up(text);
    expect(failure).toBeUndefined();
    expect([status.url, status.address, status.link]).toEqual(['https://192.168.56.200:9443/', null, null]);
    expect(status.balancers.map(({ url }) => url).sort()).toEqual([
      'https://192.168.56.200:9443/',
      'https://192.168.61.3:9443/',
    ]);
    const { devices, files } = world.instance('balancer-1');
    expect(Object.keys(devices).sort()).toEqual(['eth0', 'publish-8080', 'publish-9443', 'publish-9708', 'root']);
    expect([...files.keys()].filter((each) => /eth1|keepalived\.conf|sharing/.test(each))).toEqual([]);
  });

  it('let their requests end before they are replaced', async () => {
    expect(
      (await up(text.replace('place: [m1, m2], replicas', 'image: debian/13, place: [m1, m2], replicas'))).failure,
    ).toBeUndefined();
    expect(world.commands.filter((argv) => argv[2]?.includes('relevo_handover')).map((argv) => argv[4])).toEqual([
      '',
      '',
    ]);
  });

  it('are repaired as all others', async () => {
    world.powerOff('m2');
    await clock.run(120_000);
    expect(world.balancers.map(({ name }) => name)).toHaveLength(2);
    const [first] = world.balancers;
    expect(world.serving(first as NonNullable<typeof first>, 'web')).toHaveLength(2);
  });
});
