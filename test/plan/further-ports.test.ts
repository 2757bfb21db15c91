import { describe, expect, it } from 'vitest';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { desiredFor, noAssets, specOf, worldAfter } from '../rig/world.ts';

const file = (routes: string) => `version: 1
name: shop
machines: { hosts: [m1, m2] }
services:
  api: { packages: [nginx], port: 8000, replicas: 2, backups: 1, route: [${routes}] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;
const one = '{path: /}';
const two = `${one}, {path: /ws, port: 6001}`;
const three = `${two}, {path: /admin, port: 9000}`;

/** Addresses of the primaries in a backend of haproxy.cfg. */
function placesIn(text: string, backend: string): string[] {
  const [, section = ''] = text.split(`\nbackend ${backend}\n`);
  const [lines = ''] = section.split('\n\n');
  return [...lines.matchAll(/^ +server api-[12] (\S+)/gm)].map(([, place = '']) => place);
}

/** What the first balancer knows while instances of one file become those of another. */
function meanwhile(from: string, to: string): string {
  const [spec, world] = [specOf(file(to)), worldAfter(specOf(file(from)))];
  return transition(spec, noAssets, desiredFor(spec, world), viewOf(world)).interim.get('balancer-1')?.text ?? '';
}

describe('further ports', () => {
  it('are reached over the bridge, and from elsewhere by a port of the machine each', () => {
    const { balancers } = desiredFor(specOf(file(three)), worldAfter(specOf(file(three))));
    const places = balancers.map(({ final }) =>
      ['api', 'api:6001', 'api:9000'].map((each) => placesIn(final.text, each)),
    );
    const here = ['198.19.0.13:8000', '198.19.0.13:6001', '198.19.0.13:9000'];
    expect(places[0]?.map(([first]) => first)).toEqual(here);
    expect(places[0]?.map(([, second]) => second?.split(':')[1])).toEqual(['20004', '30004', '40004']);
    expect(places[1]?.map(([first]) => first?.split(':')[1])).toEqual(['20003', '30003', '40003']);
    expect(balancers[0]?.final.servers.map(({ server, further }) => [server, further.map(({ port }) => port)])).toEqual(
      [
        ['api-1', [6001, 9000]],
        ['api-2', [30004, 40004]],
        ['api-3', [6001, 9000]],
      ],
    );
  });

  it('are those of each instance while others take their place', () => {
    const ports = (text: string, backend: string) => placesIn(text, backend).map((each) => each.split(':')[1]);
    expect(ports(meanwhile(two, '{path: /}, {path: /ws, port: 6002}'), 'api:6002')).toEqual(['6001', '30004']);
    expect(ports(meanwhile(two, '{path: /}, {path: /ws, port: 6001}, {path: /a, port: 500}'), 'api:6001')).toEqual([
      '6001',
      '30004',
    ]);
    // what has no such port yet answers as it did before
    expect(ports(meanwhile(one, two), 'api:6001')).toEqual(['8000', '20004']);
  });

  it('come up, change and go on a cluster, and nothing is left to do', async () => {
    const cluster = await VirtualCluster.after(file(two));
    const { world, clock } = cluster;
    const serving = (backend: string) => world.balancers.map((each) => world.serving(each, backend));
    const cables = (name: string) =>
      Object.values(world.instance(name).devices).flatMap(({ host_name }) => host_name ?? []);
    const all = [
      ['api-1', 'api-2'],
      ['api-1', 'api-2'],
    ];
    expect([serving('api'), serving('api:6001'), cables('api-1')]).toEqual([all, all, ['i3p8000', 'i3p6001n1']]);
    for (const [routes, backend, last] of [
      [three, 'api:9000', ['i3p8000', 'i3p6001n1', 'i3p9000n2']],
      [one, 'api', ['i3p8000']],
    ] as const) {
      const { failure } = await clock.until(cluster.command(file(routes)).up());
      await clock.run(10_000); // a backup that was promoted meanwhile has stepped back
      expect([failure, serving(backend), cables('api-1')]).toEqual([undefined, all, last]);
    }
    await clock.run(30_000);
    expect([cluster.did(), cluster.crashes]).toEqual([[], []]);
  });
});
