import type { BalancerPlan, InstancePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Step } from '../domain/step.ts';
import type { Lxd } from '../ports/lxd.ts';
import { handOver } from '../render/keepalived.ts';
import { answers, awaitUp, configureBalancer, drain, readmit, relocate } from './balancer.ts';
import { buildImage, prepareBase, removeInstance } from './build.ts';
import { bootstrap, configure, join, rejoin } from './cluster.ts';
import type { Cluster, Context, OnLine } from './context.ts';
import { createBalancer, createInstance, updateBalancer, updateInstance, warmImage } from './instances.ts';

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
      await provider.startMachine(step.machine.name);
      return rejoin(context, step.machine.name, onLine);
    case 'machine.delete':
      return provider.deleteMachine(step.machine);
    case 'cluster.bootstrap':
      return bootstrap(context, step.machine);
    case 'cluster.join':
      return join(context, step.machine);
    case 'cluster.configure':
      return configure(context);
    case 'publish':
      return provider.publish(step);
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
      | 'publish';
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
    case 'instance.restart':
      return restartInstance(context, lxd, step.instance, onLine);
    case 'instance.update':
      return updateInstance(lxd, step.instance);
    case 'instance.stop':
      return lxd.instances.stop(step.instance.name, { force: false });
    case 'instance.replace':
      return replaceInstance(context, { root, lxd }, step.instance, onLine);
    case 'instance.delete':
      return deleteDrained(context, lxd, step, onLine);
    case 'balancer.create':
      return createBalancer(lxd, step.balancer);
    case 'balancer.replace':
      await yieldAddress(context, lxd, step.balancer.name, onLine);
      return createBalancer(lxd, step.balancer);
    case 'balancer.update':
      return updateBalancer(lxd, step.balancer);
    case 'balancer.start':
      return lxd.instances.start(step.balancer.name);
    case 'balancer.delete':
      await yieldAddress(context, lxd, step.balancer, onLine);
      return removeInstance(lxd, step.balancer);
    case 'balancer.configure':
      return configureBalancer(lxd, step, context.clock, onLine);
  }
}

/** To another balancer, where there is one: nobody's request may be on a balancer that goes. */
async function yieldAddress({ desired }: Context, lxd: Lxd, name: string, onLine: OnLine): Promise<void> {
  if (!desired.balancers.some((each) => each.name !== name)) return;
  if ((await lxd.instances.get(name))?.status !== 'Running') return;
  onLine('handing the address over');
  const { code, stderr } = await lxd.instances.exec(name, handOver(desired.publish.address));
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `${name} can't hand over: ${stderr.trim()}` });
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
  await drainEverywhere(context, lxd, service, name, onLine);
  onLine('making it anew');
  await removeInstance(lxd, name);
  await createInstance(lxd, instance);
  for (const balancer of balancers) await bringBack(context, lxd, balancer, instance, onLine);
}

async function restartInstance(context: Context, lxd: Lxd, instance: InstancePlan, onLine: OnLine): Promise<void> {
  await drainEverywhere(context, lxd, instance.service, instance.name, onLine);
  onLine('restarting');
  await lxd.instances.restart(instance.name);
  for (const balancer of context.desired.balancers) await bringBack(context, lxd, balancer, instance, onLine);
}

/** A cold one is known again, and stays down. */
async function bringBack(
  { clock }: Context,
  lxd: Lxd,
  balancer: BalancerPlan,
  { name, cold }: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  const servers = balancer.final.servers.filter(({ server }) => server === name);
  for (const server of servers) {
    if (!cold) await answers(lxd, balancer.name, server, clock, onLine);
    await relocate(lxd, balancer.name, server);
    await readmit(lxd, balancer.name, server.backend, name);
  }
  if (!cold) await awaitUp(lxd, balancer.name, servers, clock, onLine);
}

type DeleteStep = Extract<Step, { kind: 'instance.delete' }>;

async function deleteDrained(context: Context, lxd: Lxd, step: DeleteStep, onLine: OnLine): Promise<void> {
  await drainEverywhere(context, lxd, step.service, step.instance, onLine);
  await removeInstance(lxd, step.instance);
}

async function drainEverywhere(
  context: Context,
  lxd: Lxd,
  service: string,
  name: string,
  onLine: OnLine,
): Promise<void> {
  onLine('draining');
  const { balancers } = context.desired;
  await Promise.all(balancers.map((balancer) => drain(lxd, balancer.name, service, name, context.clock)));
}
