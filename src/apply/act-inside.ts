import type { BalancerPlan, InstancePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { DeleteStep, Step } from '../domain/step.ts';
import type { Lxd } from '../ports/lxd.ts';
import { controllerUnit } from '../render/controller.ts';
import { handOver, handOverGrace } from '../render/handover.ts';
import { labelsConfig } from '../render/labels.ts';
import { awaitUp, configureBalancer, readmitAt } from './balancer.ts';
import { removeInstance } from './build.ts';
import type { InsideContext, OnLine } from './context.ts';
import { type Drained, drain, undrain } from './drain.ts';
import { createBalancer, createInstance, stopCleanly, updateBalancer, updateInstance } from './instances.ts';
import { pushInto } from './push.ts';
import type { InsideStep } from './widths.ts';

/** Does one step. Every case may be repeated after an interruption. */
export async function actInside(context: InsideContext, lxd: Lxd, step: InsideStep, onLine: OnLine): Promise<void> {
  switch (step.kind) {
    case 'instance.create':
      return createInstance(lxd, step.instance, context.desired.pool);
    case 'instance.start':
      return lxd.instances.start(step.instance.name);
    case 'instance.restart':
      return restartInstance(context, lxd, step.instance, onLine);
    case 'instance.revive':
      return reviveInstance(context, lxd, step);
    case 'instance.update':
      return updateInstance(lxd, step.instance);
    case 'instance.stop':
      return restInstance(context, lxd, step.instance, onLine);
    case 'instance.replace':
      return replaceInstance(context, lxd, step.instance, onLine);
    case 'instance.delete':
      return deleteDrained(context, lxd, step, onLine);
    case 'balancer.create':
      return createBalancer(lxd, step.balancer, context.desired.pool);
    case 'balancer.replace':
      await yieldAddress(context, lxd, step.balancer.name, onLine);
      return createBalancer(lxd, step.balancer, context.desired.pool);
    case 'balancer.update':
      return updateBalancer(lxd, step.balancer);
    case 'balancer.start':
      return lxd.instances.start(step.balancer.name);
    case 'balancer.delete':
      await yieldAddress(context, lxd, step.balancer, onLine);
      return removeInstance(lxd, step.balancer);
    case 'balancer.configure':
      return configureBalancer(lxd, step, context.clock, onLine);
    case 'controller.configure':
      return configureController(context, lxd, step.balancer);
  }
}

async function configureController(
  context: InsideContext,
  lxd: Lxd,
  { name, controller }: BalancerPlan,
): Promise<void> {
  for (const file of await context.controllerFiles(controller.text)) await pushInto(lxd, name, file);
  const { code, stderr } = await lxd.instances.exec(name, ['systemctl', 'restart', controllerUnit]);
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `${controllerUnit} in ${name}: ${stderr.trim()}` });
  await lxd.instances.patchConfig(name, labelsConfig({ controller: controller.hash }));
}

type ReviveStep = Extract<Step, { kind: 'instance.revive' }>;

/** Nobody is served by it, so nobody is waited for: nor is it itself, since others may need to be repaired meanwhile. */
async function reviveInstance({ desired }: InsideContext, lxd: Lxd, { instance, recreate }: ReviveStep): Promise<void> {
  const { name } = instance;
  if (recreate) await createInstance(lxd, instance, desired.pool);
  else {
    if ((await lxd.instances.get(name))?.status !== 'Stopped') await lxd.instances.stop(name, { force: true });
    await lxd.instances.start(name);
  }
  const servers = (balancer: BalancerPlan) => balancer.final.servers.filter(({ server }) => server === name);
  const known = desired.balancers.flatMap((balancer) => servers(balancer).map((server) => [balancer, server] as const));
  await Promise.all(known.map(([balancer, server]) => readmitAt(lxd, balancer.name, server)));
}

/** Seconds that what runs on a balancer has to end before its address moves. */
const longestAnswer = 30;

/** To another balancer, where there is one: nobody's request may be on a balancer that goes. */
async function yieldAddress({ desired }: InsideContext, lxd: Lxd, name: string, onLine: OnLine): Promise<void> {
  if (!desired.balancers.some((each) => each.name !== name)) return;
  if ((await lxd.instances.get(name))?.status !== 'Running') return;
  onLine('handing over');
  const { shared, shared6 } = desired.network;
  const argv = handOver(shared, longestAnswer, shared6);
  const { code, stderr } = await lxd.instances.exec(name, argv, { timeout: longestAnswer + handOverGrace });
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `${name} can't hand over: ${stderr.trim()}` });
}

/** Out of the rotation, anew, and back only when it answers. The next replacement begins when HAProxy sees this one UP. */
async function replaceInstance(
  context: InsideContext,
  lxd: Lxd,
  instance: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  await drainAndStop(context, lxd, instance, onLine);
  onLine('recreating it');
  await createInstance(lxd, instance, context.desired.pool);
  await bringBackEverywhere(context, lxd, instance, onLine);
}

async function restartInstance(
  context: InsideContext,
  lxd: Lxd,
  instance: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  await drainAndStop(context, lxd, instance, onLine);
  onLine('starting');
  await lxd.instances.start(instance.name);
  await bringBackEverywhere(context, lxd, instance, onLine);
}

/** A cold backup goes to rest: known again, and DOWN until it is woken. */
async function restInstance(context: InsideContext, lxd: Lxd, instance: InstancePlan, onLine: OnLine): Promise<void> {
  await drainAndStop(context, lxd, instance, onLine);
  await bringBackEverywhere(context, lxd, { ...instance, cold: true }, onLine);
}

async function bringBackEverywhere(
  context: InsideContext,
  lxd: Lxd,
  instance: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  const { balancers } = context.desired;
  await Promise.all(balancers.map((balancer) => bringBack(context, lxd, balancer, instance, onLine)));
}

/** HAProxy's check lets it in. A cold one is known again, and stays down. */
async function bringBack(
  { clock }: InsideContext,
  lxd: Lxd,
  balancer: BalancerPlan,
  { name, cold }: InstancePlan,
  onLine: OnLine,
): Promise<void> {
  const servers = balancer.final.servers.filter(({ server }) => server === name);
  for (const server of servers) await readmitAt(lxd, balancer.name, server);
  if (!cold) await awaitUp(lxd, balancer.name, servers, clock, onLine);
}

async function deleteDrained(context: InsideContext, lxd: Lxd, step: DeleteStep, onLine: OnLine): Promise<void> {
  const { instance: name, service, stopping } = step;
  await drainAndStop(context, lxd, { name, service, stopping }, onLine);
  await removeInstance(lxd, name);
}

type Stopped = Pick<InstancePlan, 'name' | 'service' | 'stopping'>;

async function drainAndStop(context: InsideContext, lxd: Lxd, instance: Stopped, onLine: OnLine): Promise<void> {
  const { name, service, stopping } = instance;
  await drainEverywhere(context, lxd, { backend: service, server: name, limit: stopping.drain }, onLine);
  onLine('stopping');
  await stopCleanly(lxd, name, stopping.grace);
}

async function drainEverywhere(context: InsideContext, lxd: Lxd, what: Drained, onLine: OnLine): Promise<void> {
  onLine('draining');
  const { balancers } = context.desired;
  const drains = balancers.map((balancer) => drain(lxd, balancer.name, what, context.clock, onLine));
  const failed = (await Promise.allSettled(drains)).find((each) => each.status === 'rejected');
  if (failed === undefined) return;
  // one that can't be told goes on with the server, so the others shall too, as far as they can be told so
  await Promise.allSettled(balancers.map((balancer) => undrain(lxd, balancer.name, what)));
  throw failed.reason;
}
