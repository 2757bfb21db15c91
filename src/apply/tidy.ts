import { seedOf } from '../observe/seeds.ts';
import type { Lxd } from '../ports/lxd.ts';
import { labelsOf } from '../render/labels.ts';
import { removeInstance } from './build.ts';
import type { Context } from './context.ts';
import { removeSeeds } from './seeds.ts';

/**
 * Waits for what an interrupted run left running in LXD, and removes the containers and files with which it was building.
 * Nothing else may run on the project meanwhile.
 */
export async function tidy(context: Context): Promise<void> {
  await context.cache.tidy();
  const { prepared, provider } = context;
  if (prepared && provider.builder !== undefined) await removeBuilders((await provider.builder()).lxd);
  if (!context.readable) return;
  const { root, lxd } = await context.cluster();
  if ((await root.projects.get(context.desired.name)) === undefined) return;
  await removeBuilders(lxd);
  await removeOrphans(lxd);
}

async function removeBuilders(lxd: Lxd): Promise<void> {
  await lxd.settled();
  const builders = (await lxd.instances.list()).filter(({ config }) => labelsOf(config).kind === 'builder');
  await Promise.all(builders.map(({ name }) => removeInstance(lxd, name)));
}

/** Seeds on a machine that was off when their image went. */
async function removeOrphans(lxd: Lxd): Promise<void> {
  const aliases = new Set((await lxd.images.list()).flatMap((image) => image.aliases));
  await removeSeeds(lxd, ({ name }) => !aliases.has(seedOf(name) ?? ''));
}
