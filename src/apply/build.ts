import { readFile } from 'node:fs/promises';
import type { ImagePlan, ImageRecipe } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { Builder } from '../ports/provider.ts';
import { labelsConfig } from '../render/labels.ts';
import { bridgeInterface } from '../render/networkd.ts';
import type { Context, OnLine, StepClock } from './context.ts';
import { makeDirectories, pushAll, pushInto } from './push.ts';
import { environmentOf, lend, takeBack } from './surroundings.ts';

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
export type Building = Pick<Context, 'provider' | 'bases' | 'clock' | 'programs'>;

export function builderOf({ provider }: Building): Promise<Builder> {
  if (provider.builder !== undefined) return provider.builder();
  const hint = 'finished images of another host can be put into the cache (`RELEVO_CACHE`)';
  throw new RelevoError({ code: 'refused', message: 'images can’t be built beside these machines', hint });
}

export function builderName(alias: string): string {
  return `build-${alias.slice('relevo-'.length)}`;
}

export interface BuildJob {
  /** Of the container; what an interrupted run left under it is removed first. */
  readonly name: string;
  readonly base: string;
  readonly recipe: ImageRecipe;
  readonly alias: string;
  readonly file: string;
}

export async function buildInContainer(context: Building, job: BuildJob, onLine: OnLine): Promise<void> {
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

export function baseAlias(base: string): string {
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
  const around = await builder.surroundings();
  const environment = environmentOf(around);
  const run = (argv: readonly string[], what: string) => step(lxd, name, argv, { what, environment }, onLine);
  await lend(lxd, name, around, onLine);
  if (recipe.packages.length > 0) {
    await awaitOnline(context.clock, lxd, name, builder.offlineHint);
    // without it an update that reached no mirror counts as done
    await run(['apt-get', 'update', '-q', '-o', 'APT::Update::Error-Mode=any'], 'apt-get update');
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...recipe.packages];
    await run(install, `packages: ${recipe.packages.join(', ')}`);
  }
  for (const user of recipe.users ?? []) await run(addUser(user), `user ${user}`);
  await pushAll(lxd, name, recipe.files);
  for (const directory of recipe.directories ?? []) await makeDirectories(lxd, name, directory);
  for (const { program, target } of recipe.programs ?? []) {
    await pushInto(lxd, name, { target, mode: 0o755, content: await readFile(context.programs[program]) });
  }
  for (const line of recipe.before ?? []) await run(['sh', '-ec', line], line);
  for (const [index, line] of recipe.run.entries()) await run(['sh', '-ec', line], `run[${index}]: ${line}`);
  await takeBack(lxd, name, around);
  await run(['sh', '-ec', cleanUp], 'clean up');
}

/** Where it is missing. With a home: many programs write there (npm, for one). Debian has groups without a user of their name. */
export function addUser(user: string): string[] {
  return ['sh', '-ec', addUserScript, 'sh', user];
}

const addUserScript = `
! id -u "$1" >/dev/null 2>&1 || exit 0
! getent group "$1" >/dev/null || exec useradd --system --gid "$1" --create-home "$1"
exec useradd --system --user-group --create-home "$1"
`;

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

interface BuildStep {
  /** For people. */
  readonly what: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function step(
  lxd: Lxd,
  name: string,
  argv: readonly string[],
  { what, environment }: BuildStep,
  onLine: OnLine,
): Promise<void> {
  const lines: string[] = [];
  const { code } = await lxd.instances.exec(name, argv, {
    timeout: 1200,
    environment: {
      ...environment,
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
