import { fakeLxd } from '../rig/fake-lxd/client.ts';
import { emptyProject, World } from '../rig/fake-lxd/world.ts';
import { VirtualClock, VirtualProcess } from '../rig/virtual-clock.ts';
import { lxdContract } from './lxd.ts';

lxdContract('the fake LXD', async () => {
  const clock = new VirtualClock();
  const world = new World(clock);
  world.addMember('m1', '198.18.7.11');
  world.projects.set('contract', emptyProject());
  const process = new VirtualProcess(clock);
  const files = new Map([['file', 'fingerprint']]);
  const lxd = fakeLxd(world, { process, at: 'host', endpoints: ['m1'], mayWrite: () => true }, 'contract', files);
  await clock.until(lxd.images.upload('file', 'image'));
  const devices = { root: { type: 'disk', path: '/', pool: 'pool' } };
  return { lxd, devices, run: (promise) => clock.until(promise), close: async () => {} };
});
