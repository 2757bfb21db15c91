import { machineInterface, networkAt } from '../../src/adapters/local/addresses.ts';
import type { Desired } from '../../src/domain/desired.ts';
import { noIntent } from '../../src/domain/intent.ts';
import type { Observed, ObservedCluster, ObservedInstance } from '../../src/domain/observed.ts';
import type { Assets, Spec } from '../../src/domain/spec.ts';
import type { Step } from '../../src/domain/step.ts';
import type { View } from '../../src/domain/view.ts';
import { desire } from '../../src/plan/desire.ts';
import { diffInside } from '../../src/plan/diff.ts';
import { planOf } from '../../src/plan/plan.ts';
import { transition } from '../../src/plan/transition.ts';
import { viewOf } from '../../src/plan/view.ts';
import { writtenLimits } from '../../src/render/limits.ts';
import { machineRecipe } from '../../src/render/machine.ts';
import { loadSpec } from '../../src/spec/load.ts';

export const noAssets: Assets = { files: {}, secrets: {}, controller: { node: '24', program: '' } };

/** A spec from a file's text; the text must be right. */
export function specOf(text: string): Spec {
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.spec;
}

/** Two services on three machines, in as few lines as it takes. */
export const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, place: [m2, m3] }
balancer: { place: [m1], publish: 8080 }
`;

/** As the provider `local` gives it, for machines of these names. */
export const network = networkAt(
  '198.18.7.1/24',
  Array.from({ length: 9 }, (_, index) => `m${index + 1}`),
  [],
);

/** As it makes them of `debian/12`. */
export const machineImage = machineRecipe('debian/12', machineInterface);

export const bareWorld: Observed = {
  network,
  machineImage,
  prepared: false,
  cached: [],
  machines: [],
  cluster: null,
  published: null,
};

/** The world as it is once all that is desired has been done. */
export function worldAfter(spec: Spec, assets: Assets = noAssets, before: Observed = bareWorld): Observed {
  const desired = desiredFor(spec, before, assets);
  const instances: ObservedInstance[] = desired.instances.map((plan) => ({
    ...plan,
    kind: 'service',
    state: 'running',
    limits: writtenLimits(plan.limits),
    grace: plan.stopping.grace,
    complete: true,
    configHash: '',
    checksHash: '',
    forwards: '',
    controllerHash: '',
  }));
  const balancers: ObservedInstance[] = desired.balancers.map(
    ({ name, machine, slot, hash, image, final, forwards, controller }) => ({
      controllerHash: controller.hash,
      ...{ name, machine, slot, hash, image, configHash: final.hash, checksHash: final.checksHash },
      kind: 'balancer',
      forwards: forwards.join(),
      service: '',
      number: 1,
      role: 'primary',
      port: 0,
      further: [],
      checkMark: '',
      state: 'running',
      limits: writtenLimits({}),
      complete: true,
    }),
  );
  const cluster: ObservedCluster = {
    members: desired.machines.map(({ name }) => ({ name, state: 'ONLINE', message: 'Fully operational' })),
    configured: true,
    images: desired.images.map(({ alias }) => ({
      alias,
      fingerprint: alias,
      unpackedOn: desired.machines.map(({ name }) => name),
    })),
    instances: [...instances, ...balancers],
    unread: [],
    servers: Object.fromEntries(desired.instances.map(({ name }) => [name, 'UP'])),
    mute: [],
    holders: ['balancer-1'],
    intent: noIntent,
    releases: Object.fromEntries(desired.releases.map(({ service, revision }) => [service, revision])),
  };
  return {
    network: before.network,
    ...(before.machineImage && { machineImage: before.machineImage }),
    prepared: true,
    cached: [...desired.images, ...(desired.machineImage ? [desired.machineImage] : [])].map(({ alias }) => alias),
    machines: desired.machines.map((machine) => ({ ...machine, state: 'running', joined: true })),
    cluster,
    published: desired.publish ?? null,
  };
}

export function planFor(spec: Spec, world: Observed, assets: Assets = noAssets): Step[] {
  return planOf(spec, assets, world).steps;
}

export function desiredFor(spec: Spec, world: Observed, assets: Assets = noAssets): Desired {
  return desire(spec, assets, viewOf(world));
}

/** What a controller would do. */
export function repairsFor(spec: Spec, view: View): Step[] {
  return diffInside(transition(spec, noAssets, desire(spec, noAssets, view), view), view);
}

/** A world that differs from another one in its cluster. */
export function withCluster(world: Observed, change: (cluster: ObservedCluster) => Partial<ObservedCluster>): Observed {
  const cluster = world.cluster as ObservedCluster;
  return { ...world, cluster: { ...cluster, ...change(cluster) } };
}
