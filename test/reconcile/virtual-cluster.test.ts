import { describe, expect, it } from 'vitest';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;

describe('a virtual cluster', () => {
  it('comes up', async () => {
    const cluster = await VirtualCluster.after(text);
    expect(cluster.world.instances.map(({ name, status }) => `${name} ${status}`)).toEqual([]);
  });
});
