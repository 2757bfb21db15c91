import { dirname } from 'node:path';
import type { ImagePlan, ImageRecipe } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { Context, OnLine } from './context.ts';

/**
 * Builds one image in an unprivileged container made from the base image, and keeps it in the cache.
 * A container that an interrupted run left under the same name is removed first.
 */
export async function buildImage(context: Context, image: ImagePlan, onLine: OnLine): Promise<void> {
  const { lxd, pool, network } = await context.provider.builder();
  const name = `build-${image.alias.slice('relevo-'.length)}`;
  await removeInstance(lxd, name);
  await lxd.instances.create({
    name,
    image: { alias: baseAlias(image.recipe.base) },
    config: { 'user.relevo.kind': 'builder' },
    devices: { root: { type: 'disk', path: '/', pool }, eth0: { type: 'nic', network, name: 'eth0' } },
  });
  try {
    await lxd.instances.start(name);
    await fill(context, lxd, name, image.recipe, onLine);
    onLine('saving');
    await lxd.instances.stop(name, { force: true });
    await saveImage(context, lxd, name, image.alias);
  } finally {
    await removeInstance(lxd, name);
  }
}

/** The base image, built or from the cache, ready for build containers. */
export async function prepareBase(context: Context, base: string, onLine: OnLine): Promise<void> {
  const { lxd } = await context.provider.builder();
  if ((await lxd.images.getAlias(baseAlias(base))) !== undefined) return;
  await lxd.images.upload(await context.bases.ensure(base, onLine), baseAlias(base));
}

function baseAlias(base: string): string {
  return `base-${base.replace('/', '-')}`;
}

async function saveImage(context: Context, lxd: Lxd, name: string, alias: string): Promise<void> {
  const fingerprint = await lxd.images.publish(name, alias, 'zstd', { description: alias });
  await lxd.images.download(fingerprint, context.cache.file(alias));
  await lxd.images.delete(fingerprint);
}

async function fill(context: Context, lxd: Lxd, name: string, recipe: ImageRecipe, onLine: OnLine): Promise<void> {
  if (recipe.packages.length > 0) {
    await waitOnline(context, lxd, name);
    // without it an update that reached no mirror counts as done
    const update = ['apt-get', 'update', '-q', '-o', 'APT::Update::Error-Mode=any'];
    await step(lxd, name, update, 'apt-get update', onLine);
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...recipe.packages];
    await step(lxd, name, install, `packages: ${recipe.packages.join(', ')}`, onLine);
  }
  for (const { target, mode, content } of recipe.files) {
    await makeParents(lxd, name, target);
    await lxd.instances.pushFile(name, target, content, { mode });
  }
  for (const [index, line] of recipe.run.entries()) {
    await step(lxd, name, ['sh', '-ec', line], `run[${index}]: ${line}`, onLine);
  }
  await step(lxd, name, ['sh', '-ec', cleanUp], 'clean up', onLine);
}

/** What must not be the same in every clone (LXD names each itself), and what only costs space. */
const cleanUp =
  'apt-get clean; rm -rf /var/lib/apt/lists/* /var/log/journal/* /var/tmp/* /tmp/*; sync; : > /etc/machine-id';

async function waitOnline(context: Context, lxd: Lxd, name: string): Promise<void> {
  const began = context.clock.elapsed();
  for (;;) {
    const { code } = await lxd.instances.exec(name, ['sh', '-c', 'networkctl status eth0 | grep -q routable']);
    if (code === 0) return;
    if (context.clock.elapsed() - began > 30_000) {
      const hint = 'does a firewall of this host drop DHCP on its bridge?';
      throw new RelevoError({ code: 'build-failed', message: `the build container ${name} gets no address`, hint });
    }
    await context.clock.sleep(200);
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

/** Makes the directories above a file; they exist more often than not. */
export async function makeParents(lxd: Lxd, name: string, target: string): Promise<void> {
  const parents: string[] = [];
  for (let each = dirname(target); each !== '/'; each = dirname(each)) parents.unshift(each);
  for (const parent of parents) await lxd.instances.makeDirectory(name, parent);
}

export async function removeInstance(lxd: Lxd, name: string): Promise<void> {
  const instance = await lxd.instances.get(name);
  if (instance === undefined) return;
  if (instance.status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}
