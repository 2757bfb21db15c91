import type { MachinePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Step } from '../domain/step.ts';
import { seedOf } from '../observe/seeds.ts';
import type { Lxd } from '../ports/lxd.ts';
import { actInside } from './act-inside.ts';
import { prepareBase } from './base.ts';
import { buildImage } from './build.ts';
import { bootstrap, configure, join, leave, rejoin } from './cluster.ts';
import type { Cluster, Context, OnLine } from './context.ts';
import { runRelease } from './release.ts';
import { makeSeed, removeSeeds } from './seeds.ts';
import { sentLines } from './sent.ts';
import type { InsideStep } from './widths.ts';

/** Does one step. Every case may be repeated after an interruption. */
export async function act(context: Context, step: Step, onLine: OnLine): Promise<void> {
  const { provider } = context;
  switch (step.kind) {
    case 'provider.prepare':
      return provider.prepare(onLine);
    case 'base.prepare':
      return prepareBase(context, step.base, onLine);
    case 'image.build':
      return buildImage(context, step.image, onLine);
    case 'machine.create':
      return makeMachine(context, step.machine);
    case 'machine.start':
      await provider.startMachine(step.machine.name, onLine);
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
      return provider.publish?.(step);
    default:
      return actInCluster(context, await context.cluster(), step, onLine);
  }
}

async function makeMachine({ provider, cache }: Context, machine: MachinePlan): Promise<void> {
  const { image } = machine;
  if (provider.createMachine !== undefined)
    return provider.createMachine(machine, image === undefined ? undefined : cache.file(image));
  const hint = 'start it, or take it out of the file';
  throw new RelevoError({ code: 'refused', message: `${machine.name} is not there, and can't be made`, hint });
}

type ClusterStep =
  | Extract<Step, { kind: `image.${'import' | 'warm' | 'delete'}` | 'cluster.leave' | 'release.run' }>
  | InsideStep;

async function actInCluster(context: Context, cluster: Cluster, step: ClusterStep, onLine: OnLine): Promise<void> {
  const { lxd } = cluster;
  switch (step.kind) {
    case 'cluster.leave':
      await removeSeeds(lxd, ({ location }) => location === step.machine);
      return leave(context, step.machine);
    case 'image.import':
      return importImage(context, lxd, step.image.alias, onLine);
    case 'image.warm':
      return makeSeed(lxd, step.image.alias, step.machine, context.desired.pool);
    case 'release.run':
      return runRelease(context, lxd, step.release, onLine);
    case 'image.delete':
      return deleteImage(lxd, step.alias);
    default:
      return actInside(context, lxd, step, onLine);
  }
}

async function importImage({ cache }: Context, lxd: Lxd, alias: string, onLine: OnLine): Promise<void> {
  await lxd.images.upload(cache.file(alias), alias, sentLines(onLine));
}

async function deleteImage(lxd: Lxd, alias: string): Promise<void> {
  await removeSeeds(lxd, ({ name }) => seedOf(name) === alias);
  const fingerprint = await lxd.images.getAlias(alias);
  if (fingerprint !== undefined) await lxd.images.delete(fingerprint);
}
