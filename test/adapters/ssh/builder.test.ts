import { describe, expect, it } from 'vitest';
import { clusterBuilder } from '../../../src/adapters/ssh/builder.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import type { Lxd, NewInstance } from '../../../src/ports/lxd.ts';

function fakeAccess() {
  const [projects, made, asked]: [Set<string>, NewInstance[], (readonly string[])[]] = [new Set(), [], []];
  let closed = 0;
  const lxd = {
    project: () => lxd,
    projects: {
      get: async (name: string) => (projects.has(name) ? {} : undefined),
      create: async (name: string) => void projects.add(name),
    },
    instances: { create: async (instance: NewInstance) => void made.push(instance), list: async () => [] },
    close: async () => {
      closed += 1;
    },
  } as unknown as Lxd;
  const connect = async (addresses: readonly string[]) => {
    asked.push(addresses);
    return lxd;
  };
  return { access: { connect } as unknown as ClusterAccess, projects, made, asked, closed: () => closed };
}

const notAsked = () => Promise.reject(new Error('not asked'));

describe('build containers in the cluster', () => {
  it('wait until it is complete, and stand on one member, in a project of their own', async () => {
    const { access, projects, made, asked, closed } = fakeAccess();
    const builder = clusterBuilder('shop', access, () => () => notAsked(), notAsked);
    const waiting = builder.get();
    await Promise.resolve();
    expect(asked).toEqual([]);
    builder.ready({ name: 'alfa', address: '192.0.2.11' });
    builder.ready({ name: 'beta', address: '192.0.2.12' });
    const { lxd, pool, network } = await waiting;
    await lxd.instances.create({ name: 'build-x', image: { alias: 'base' }, config: {}, devices: {} });
    expect([asked, pool, network, [...projects]]).toEqual([
      [['192.0.2.11']],
      'local',
      'relevo0',
      ['relevo-build-shop'],
    ]);
    expect(made).toEqual([expect.objectContaining({ name: 'build-x', target: 'alfa' })]);
    expect(await lxd.instances.list()).toEqual([]);
    expect(await builder.get()).toBe(await waiting);
    await builder.close();
    expect(closed()).toBe(1);
  });
});
