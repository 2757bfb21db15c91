import { debianBaseImages } from '../../src/adapters/debian/base-images.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import type { Lxd } from '../../src/ports/lxd.ts';

/** A running container named `box` in a project of its own, without network. Dispose of it. */
export async function box(project: string): Promise<{ lxd: Lxd } & AsyncDisposable> {
  const bases = debianBaseImages(nodeSystem(), '/var/cache/relevo');
  if (!(await bases.isCached('debian/12'))) await bases.build('debian/12', () => {});
  const root = connectLxd({ socket: `${process.env['LXD_DIR']}/unix.socket` });
  const lxd = root.project(project);
  await root.projects.create(project, { 'features.images': 'true', 'features.profiles': 'true' });
  await root.pools.create(project, 'dir', {});
  const fingerprint = await lxd.images.upload(bases.file('debian/12'), 'base');
  const devices = { root: { type: 'disk', path: '/', pool: project } };
  await lxd.instances.create({ name: 'box', image: { fingerprint }, config: {}, devices });
  await lxd.instances.start('box');
  return {
    lxd,
    async [Symbol.asyncDispose]() {
      await lxd.instances.stop('box', { force: true });
      await lxd.instances.delete('box');
      await lxd.images.delete(fingerprint);
      await root.pools.delete(project);
      await root.projects.delete(project);
      await root.close();
    },
  };
}
