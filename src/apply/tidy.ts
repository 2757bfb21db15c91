import type { Lxd } from '../ports/lxd.ts';
import { removeInstance } from './build.ts';
import type { Context } from './context.ts';

/**
 * Waits for what an interrupted run left running in LXD, and removes the containers and files with which it was building.
 * Nothing else may run on the project meanwhile.
 */
export async function tidy(context: Context): Promise<void> {
  await context.cache.tidy();
  if (context.prepared) await removeBuilders((await context.provider.builder()).lxd);
  if (context.readable) await removeBuilders((await context.cluster()).lxd);
}

async function removeBuilders(lxd: Lxd): Promise<void> {
  await lxd.settled();
  const builders = (await lxd.instances.list()).filter(({ config }) => config['user.relevo.kind'] === 'builder');
  await Promise.all(builders.map(({ name }) => removeInstance(lxd, name)));
}
