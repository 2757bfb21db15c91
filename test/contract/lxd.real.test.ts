import { box } from '../rig/box.ts';
import { lxdContract } from './lxd.ts';

const project = 'relevo-contract';

lxdContract('the real LXD', async () => {
  const opened = await box(project);
  const { lxd } = opened;
  await lxd.images.createAlias({ name: 'image', target: (await lxd.images.getAlias('base')) ?? '', description: '' });
  return {
    lxd,
    devices: { root: { type: 'disk', path: '/', pool: project } },
    run: (promise) => promise,
    close: async () => opened[Symbol.asyncDispose](),
  };
});
