import { expect, it } from 'vitest';
import { changeIntent } from '../../src/apply/intent.ts';
import { noIntent } from '../../src/domain/intent.ts';
import { intentAlias } from '../../src/observe/intent-record.ts';
import { VirtualProcess } from '../rig/virtual-clock.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, place: [m1, m2, m3] }
balancer: { place: [m1], publish: 8080 }
`;

it('a record that somebody damaged stops no repair, and what was read of it last holds', async () => {
  const cluster = await VirtualCluster.after(text);
  const { clock, world, host } = cluster;
  await clock.run(10_000);
  const addresses = [...host.machines.values()].map(({ address }) => address);
  const lxd = host.connect(new VirtualProcess(clock), 'host', addresses).project('shop');
  const [idle = ''] = ['m1', 'm2', 'm3'].filter((machine) =>
    world.instances.every(({ name, location }) => !name.startsWith('web-') || location !== machine),
  );
  await clock.until(changeIntent(lxd.images, (before) => ({ ...before, drained: [idle] })));
  await clock.run(10_000);
  await clock.until(lxd.images.updateAlias({ ...intentAlias(noIntent), description: 'by hand' }));
  await clock.until(lxd.instances.stop('web-1', { force: true }));
  await clock.run(15_000);
  expect(world.serving(world.balancers[0] as never, 'web')).toHaveLength(2);
  expect(world.instances.filter(({ name, location }) => name.startsWith('web-') && location === idle)).toEqual([]);
});

it('what people want beyond the file is done as soon as it is written', async () => {
  const cluster = await VirtualCluster.after(text);
  const { clock, world, host } = cluster;
  const on = (machine: string) =>
    world.instances.filter(({ name, location }) => name.startsWith('web-') && location === machine).length;
  expect([on('m1'), on('m2'), on('m3')].toSorted()).toEqual([0, 1, 1]);
  await clock.run(10_000);
  const machine = on('m2') === 1 ? 'm2' : 'm3';
  const addresses = [...host.machines.values()].map(({ address }) => address);
  const lxd = host.connect(new VirtualProcess(clock), 'host', addresses).project('shop');
  await clock.until(changeIntent(lxd.images, (before) => ({ ...before, drained: [machine] })));
  await clock.run(15_000); // less than the time after which a leader looks where it is told nothing
  expect([on(machine), world.serving(world.balancers[0] as never, 'web').length]).toEqual([0, 2]);
});
