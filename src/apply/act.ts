import type { InstancePlan } from '../domain/desired.ts';
import type { Step } from '../domain/step.ts';
import { allUp, answers, configureBalancer, drain, readmit } from './balancer.ts';
import { buildImage, prepareBase, removeInstance } from './build.ts';
import { bootstrap, configure, join } from './cluster.ts';
import type { Cluster, Context, OnLine } from './context.ts';
import { createBalancer, createInstance, updateLimits, warmImage } from './instances.ts';

/** Does one step. Every case may be repeated after an interruption. */
export async function act(context: Context, step: Step, onLine: OnLine): Promise<void> {
  const { provider, cache } = context;
  switch (step.kind) {
    case 'provider.prepare':
      return provider.prepare();
    case 'base.prepare':
      return prepareBase(context, step.base, onLine);
    case 'image.build':
      return buildImage(context, step.image, onLine);
    case 'machine.create':
      return provider.createMachine(step.machine, cache.file(step.machine.image));
    case 'machine.start':
      return provider.startMachine(step.machine.name);
    case 'machine.delete':
      return provider.deleteMachine(step.machine);
    case 'cluster.bootstrap':
      return bootstrap(context, step.machine);
    case 'cluster.join':
      return join(context, step.machine);
    case 'cluster.configure':
      return configure(context);
    case 'publish':
      return provider.publish(step.port, step.machine);
    case 'unpublish':
      return provider.unpublish(step.machine);
    default:
      return actInCluster(context, await context.cluster(), step, onLine);
  }
}

type ClusterStep = Exclude<
  Step,
  {
    kind:
      | `machine.${string}`
      | 'provider.prepare'
      | 'base.prepare'
      | 'image.build'
      | 'cluster.bootstrap'
      | 'cluster.join'
      | 'cluster.configure'
      | 'publish'
      | 'unpublish';
  }
>;

async function actInCluster(
  context: Context,
  { root, lxd }: Cluster,
  step: ClusterStep,
  onLine: OnLine,
): Promise<void> {
  switch (step.kind) {
    case 'cluster.leave':
      return root.cluster.removeMember(step.machine, { force: false });
    case 'image.import':
      return void (await lxd.images.upload(context.cache.file(step.image.alias), step.image.alias));
    case 'image.warm':
      return warmImage(lxd, step.image.alias, step.machine);
    case 'image.delete':
      return deleteImage({ root, lxd }, step.alias);
    case 'instance.create':
      return createInstance(lxd, step.instance);
    case 'instance.start':
      return lxd.instances.start(step.instance.name);
    case 'instance.update':
      return updateLimits(lxd, step.instance);
    case 'instance.replace':
      return replaceInstance(context, { root, lxd }, step.instance, onLine);
    case 'instance.delete':
      return removeInstance(lxd, step.instance);
    case 'balancer.create':
    case 'balancer.replace':
      return createBalancer(lxd, step.balancer);
    case 'balancer.start':
      return lxd.instances.start(step.balancer.name);
    case 'balancer.delete':
      return removeInstance(lxd, step.balancer);
    case 'balancer.configure':
      return configureBalancer(lxd, step.balancer, step.awaits, context.clock, onLine);
  }
}

async function deleteImage({ lxd }: Cluster, alias: string): Promise<void> {
  const fingerprint = await lxd.images.getAlias(alias);
  if (fingerprint !== undefined) await lxd.images.delete(fingerprint);
}

/** Out of the rotation, anew, and back only when it answers. The next replacement begins when HAProxy sees this one UP. */
async function replaceInstance(
  context: Context,
  { lxd }: Cluster,
  instance: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  const { balancers } = context.desired;
  const { name, service } = instance;
  onLine('draining');
  await Promise.all(balancers.map((balancer) => drain(lxd, balancer.name, service, name, context.clock)));
  await removeInstance(lxd, name);
  await createInstance(lxd, instance);
  for (const balancer of balancers) {
    const server = balancer.servers.find((each) => each.server === name);
    if (server !== undefined) await answers(lxd, balancer.name, server, context.clock, onLine);
    await readmit(lxd, balancer.name, service, name);
    await allUp(lxd, balancer, context.clock, onLine);
  }
}
