import type { ImageRecipe } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { ImageServer, Workshop } from '../ports/provider.ts';
import { type Building, baseAlias, builderName, builderOf, buildInContainer } from './build.ts';
import type { OnLine } from './context.ts';
import { sentLines } from './sent.ts';

/** The base image, from the cache, an image server or the distribution's mirror, ready for build containers. */
export async function prepareBase(context: Building, base: string, onLine: OnLine): Promise<void> {
  const { lxd, workshop } = await builderOf(context);
  const { bases } = context;
  if ((await lxd.images.getAlias(baseAlias(base))) !== undefined) return;
  const there = (await bases.isCached(base)) || (await fromServer(context, base, onLine));
  if (!there && workshop !== undefined) return buildThere(context, workshop, base, onLine);
  if (!there) await bases.build(base, onLine);
  await lxd.images.upload(bases.file(base), baseAlias(base), sentLines(onLine));
}

/** On the host of the build containers; kept in the cache as well. */
async function buildThere(context: Building, workshop: Workshop, base: string, onLine: OnLine): Promise<void> {
  const { lxd } = await builderOf(context);
  const file = await context.bases.buildAt(workshop, base, onLine);
  onLine('importing');
  await workshop.takeIn(file, baseAlias(base)).finally(() => workshop.exec(['rm', '-f', file]));
  const fingerprint = await lxd.images.getAlias(baseAlias(base));
  if (fingerprint !== undefined) await lxd.images.download(fingerprint, context.bases.file(base));
}

/** False where there is no server, and whatever goes wrong with it: the distribution's mirror has all that is needed. */
async function fromServer(context: Building, base: string, onLine: OnLine): Promise<boolean> {
  const { lxd } = await builderOf(context);
  const server = await context.bases.server(base, (await lxd.server()).product);
  if (server === undefined) return false;
  try {
    await completeFromServer(context, base, server, onLine);
    return true;
  } catch (error) {
    if (!(error instanceof RelevoError) || error.failure.code === 'interrupted') throw error;
    onLine(`${server.server} does not give ${server.alias}: ${error.message}`);
    onLine("building it from the distribution's mirror instead");
    return false;
  }
}

/** Seconds. */
const stall = 30;

/** What an image server has may lack what machines and instances need: that is added once, before anything is built on it. */
async function completeFromServer(context: Building, base: string, server: ImageServer, onLine: OnLine): Promise<void> {
  const { lxd } = await builderOf(context);
  const [from, alias] = [`server-${baseAlias(base)}`, `complete-${baseAlias(base)}`];
  onLine(`copying ${server.alias} from ${server.server}`);
  const fingerprint = await lxd.images.copyFromServer({ ...server, stall }, from);
  const recipe: ImageRecipe = { base, files: [], ...context.bases.completion };
  const job = {
    name: builderName(`relevo-${baseAlias(base).replace('.', '-')}`),
    base: from,
    recipe,
    alias,
    file: context.bases.file(base),
  };
  await buildInContainer(context, job, onLine).finally(() => lxd.images.delete(fingerprint));
}
