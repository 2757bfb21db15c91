import type { ObservedInstance } from '../../src/domain/observed.ts';
import { resolveTarget, type Scene, type Target } from '../../src/faults/target.ts';
import { specOf, worldAfter } from '../rig/world.ts';

/** One service that a package serves, one with a program of its own and a load agent, and two balancers. */
export const spec = specOf(`version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 8099, replicas: 2, backups: 1, place: [m2, m3] }
  api: { command: [/bin/api], port: 8098, algorithm: resource, route: { path: /api }, place: [m3] }
balancer: { replicas: 2, place: [m1, m2], publish: 8080 }
`);

const world = worldAfter(spec);

/** All of it runs. `change`: what is different from that. */
export function sceneWith(change: (instance: ObservedInstance) => Partial<ObservedInstance> = () => ({})): Scene {
  const instances = (world.cluster?.instances ?? []).map((each) => ({ ...each, ...change(each) }));
  return { spec, network: world.network, machines: world.machines, instances, unread: [] };
}

export const scene = sceneWith();

export function targetOf(text: string): Target {
  return resolveTarget(text, scene);
}
