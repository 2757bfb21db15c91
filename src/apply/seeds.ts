import { RelevoError } from '../domain/failure.ts';
import { seedKind, seedName, seedOf } from '../observe/seeds.ts';
import type { Config, Devices, Lxd, LxdInstance } from '../ports/lxd.ts';
import { labelsConfig, labelsOf } from '../render/labels.ts';
import { removeInstance } from './build.ts';

/**
 * A seed is an instance of an image that never serves: it waits on its member to be cloned. Its files already belong to the
 * ids of LXD's containers, which an image's first start costs most of a second, and more where several start at once.
 */
export async function makeSeed(lxd: Lxd, image: string, machine: string, pool: string): Promise<void> {
  const name = seedName(image, machine);
  await removeInstance(lxd, name);
  await lxd.instances.create({
    ...{ name, image: { alias: image }, target: machine },
    config: labelsConfig({ kind: 'builder' }),
    devices: { root: { type: 'disk', path: '/', pool } },
  });
  await lxd.instances.deleteFile(name, init); // it is a link: what is written to it would be written to systemd's program
  await lxd.instances.pushFile(name, init, idle, { mode: 0o755 });
  await lxd.instances.start(name);
  await restoreInit(lxd, name);
  await lxd.instances.stop(name, { force: true });
  await lxd.instances.patchConfig(name, labelsConfig({ kind: seedKind }));
}

/** The system is not booted: what must differ between clones, such as the machine's id, is made at their own first start. */
const idle = '#!/bin/sh\nexec sleep infinity\n';
const init = '/sbin/init';

async function restoreInit(lxd: Lxd, name: string): Promise<void> {
  const argv = ['ln', '-sfn', '/lib/systemd/systemd', init];
  const { code, stderr } = await lxd.instances.exec(name, argv, { onlyLooks: true });
  if (code !== 0)
    throw new RelevoError({ code: 'failed', message: `/sbin/init of ${name} can't be put back: ${stderr.trim()}` });
}

interface Plan {
  readonly name: string;
  readonly image: string;
  readonly machine: string;
}

/** From the image itself where the machine has no seed of it, or one that is half made: that has no init. */
export async function fromSeed(lxd: Lxd, plan: Plan, config: Config, devices: Devices): Promise<void> {
  const { name, image, machine } = plan;
  const seed = await lxd.instances.get(seedName(image, machine));
  const isWhole = seed !== undefined && labelsOf(seed.config).kind === seedKind;
  const from = isWhole ? { instance: seed.name } : { alias: image };
  await lxd.instances.create({ name, config, devices, target: machine, image: from });
}

export async function removeSeeds(lxd: Lxd, which: (seed: LxdInstance) => boolean): Promise<void> {
  const seeds = (await lxd.instances.list()).filter((each) => seedOf(each.name) !== undefined && which(each));
  await Promise.all(seeds.map(({ name }) => removeInstance(lxd, name)));
}
