import { readFile } from 'node:fs/promises';
import type { ImagePlan, ImageRecipe } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { Builder, ImageServer } from '../ports/provider.ts';
import { labelsConfig } from '../render/labels.ts';
import { bridgeInterface } from '../render/networkd.ts';
import type { Context, OnLine, StepClock } from './context.ts';
import { makeDirectories, pushAll, pushInto } from './push.ts';

/** Builds one image in an unprivileged container made from the base image, and keeps it in the cache. */
export async function buildImage(context: Context, image: ImagePlan, onLine: OnLine): Promise<void> {
  const { recipe, alias } = image;
  const job = {
    name: builderName(alias),
    base: baseAlias(recipe.base),
    recipe,
    alias,
    file: context.cache.file(alias),
  };
  await buildInContainer(context, job, onLine);
}

/** What building needs of the context. */
type Building = Pick<Context, 'provider' | 'bases' | 'clock' | 'programs'>;

function builderOf({ provider }: Building): Promise<Builder> {
  if (provider.builder !== undefined) return provider.builder();
  const hint = 'finished images of another host can be put into the cache (`RELEVO_CACHE`)';
  throw new RelevoError({ code: 'refused', message: 'images can’t be built beside these machines', hint });
}

/** The base image, from the cache, an image server or the distribution's mirror, ready for build containers. */
export async function prepareBase(context: Building, base: string, onLine: OnLine): Promise<void> {
  const { lxd } = await builderOf(context);
  const { bases } = context;
  if ((await lxd.images.getAlias(baseAlias(base))) !== undefined) return;
  const there = (await bases.isCached(base)) || (await fromServer(context, base, onLine));
  if (!there) await bases.build(base, onLine);
  await lxd.images.upload(bases.file(base), baseAlias(base));
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

function builderName(alias: string): string {
  return `build-${alias.slice('relevo-'.length)}`;
}

interface BuildJob {
  /** Of the container; what an interrupted run left under it is removed first. */
  readonly name: string;
  readonly base: string;
  readonly recipe: ImageRecipe;
  readonly alias: string;
  readonly file: string;
}

async function buildInContainer(context: Building, job: BuildJob, onLine: OnLine): Promise<void> {
  const builder = await builderOf(context);
  const { lxd, pool, network } = builder;
  const { name, base, recipe } = job;
  await removeInstance(lxd, name);
  await lxd.instances.create({
    name,
    image: { alias: base },
    config: labelsConfig({ kind: 'builder' }),
    devices: {
      root: { type: 'disk', path: '/', pool },
      [bridgeInterface]: { type: 'nic', network, name: bridgeInterface },
    },
  });
  try {
    await lxd.instances.start(name);
    await fill(context, builder, name, recipe, onLine);
    onLine('saving');
    await lxd.instances.stop(name, { force: true });
    await saveImage(lxd, job);
  } finally {
    await removeInstance(lxd, name);
  }
}

function baseAlias(base: string): string {
  return `base-${base.replace('/', '-')}`;
}

async function saveImage(lxd: Lxd, { name, alias, file }: BuildJob): Promise<void> {
  const fingerprint = await lxd.images.publish(name, alias, 'zstd', { description: alias });
  await lxd.images.download(fingerprint, file);
  await lxd.images.delete(fingerprint);
}

async function fill(
  context: Building,
  builder: Builder,
  name: string,
  recipe: ImageRecipe,
  onLine: OnLine,
): Promise<void> {
  const { lxd } = builder;
  if (recipe.packages.length > 0) {
    await awaitOnline(context.clock, lxd, name, builder.offlineHint);
    // without it an update that reached no mirror counts as done
    const update = ['apt-get', 'update', '-q', '-o', 'APT::Update::Error-Mode=any'];
    await step(lxd, name, update, 'apt-get update', onLine);
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...recipe.packages];
    await step(lxd, name, install, `packages: ${recipe.packages.join(', ')}`, onLine);
  }
  for (const user of recipe.users ?? []) await step(lxd, name, addUser(user), `user ${user}`, onLine);
  for (const directory of recipe.directories ?? []) await makeDirectories(lxd, name, directory);
  await pushAll(lxd, name, recipe.files);
  for (const { program, target } of recipe.programs ?? []) {
    await pushInto(lxd, name, { target, mode: 0o755, content: await readFile(context.programs[program]) });
  }
  for (const [index, line] of recipe.run.entries()) {
    await step(lxd, name, ['sh', '-ec', line], `run[${index}]: ${line}`, onLine);
  }
  await step(lxd, name, ['sh', '-ec', cleanUp], 'clean up', onLine);
}

/** Where it is missing. With a home: many programs write there (npm, for one). */
function addUser(user: string): string[] {
  const script = 'id -u "$1" >/dev/null 2>&1 || useradd --system --user-group --create-home "$1"';
  return ['sh', '-ec', script, 'sh', user];
}

/** What must not be the same in every clone (LXD names each itself), and what only costs space. */
const cleanUp =
  'apt-get clean; rm -rf /var/lib/apt/lists/* /var/log/journal/* /var/tmp/* /tmp/*; sync; : > /etc/machine-id';

const online = `networkctl status ${bridgeInterface} | grep -q routable`;

export async function awaitOnline(clock: StepClock, lxd: Lxd, name: string, hint: string): Promise<void> {
  const began = clock.elapsed();
  for (;;) {
    const { code } = await lxd.instances.exec(name, ['sh', '-c', online]);
    if (code === 0) return;
    if (clock.elapsed() - began > 30_000) {
      throw new RelevoError({ code: 'build-failed', message: `the container ${name} gets no address`, hint });
    }
    await clock.sleep(200);
  }
}

async function step(lxd: Lxd, name: string, argv: readonly string[], what: string, onLine: OnLine): Promise<void> {
  const lines: string[] = [];
  const { code } = await lxd.instances.exec(name, argv, {
    timeout: 1200,
    environment: {
      DEBIAN_FRONTEND: 'noninteractive',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    },
    onLine: (line) => {
      lines.push(line);
      onLine(line);
    },
  });
  if (code === 0) return;
  const evidence = { title: `the last lines of ${what}`, lines: lines.slice(-15) };
  throw new RelevoError({
    code: 'build-failed',
    message: `the build step failed with exit code ${code}: ${what}`,
    evidence,
  });
}

export async function removeInstance(lxd: Lxd, name: string): Promise<void> {
  const instance = await lxd.instances.get(name);
  if (instance === undefined) return;
  if (instance.status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}
