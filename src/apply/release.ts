import type { Desired, ReleasePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import { releaseMark } from '../observe/marks.ts';
import type { Lxd } from '../ports/lxd.ts';
import { labelsConfig } from '../render/labels.ts';
import { marksImage } from '../render/marks-image.ts';
import { bridgeInterface } from '../render/networkd.ts';
import { clusterNetwork } from '../render/preseed.ts';
import { onlyBasics, releaseArgv } from '../render/release.ts';
import { awaitOnline, removeInstance } from './build.ts';
import type { InsideContext, OnLine } from './context.ts';
import { rootIn } from './instances.ts';
import { pushAll } from './push.ts';
import { fromSeed } from './seeds.ts';

/** Seconds. */
const longest = 3600;

export type ReleaseContext = Pick<InsideContext, 'clock'> & { readonly desired: Pick<Desired, 'pool'> };

/**
 * Once for each release: it is written down after it has succeeded, and before that it is run again, after a failure as after
 * a kill. Whoever holds the lease runs it, so never two at once; what a killed run left is ended first.
 */
export async function runRelease(
  { clock, desired }: ReleaseContext,
  lxd: Lxd,
  release: ReleasePlan,
  onLine: OnLine,
): Promise<void> {
  const name = `${release.service}-release`;
  await removeInstance(lxd, name);
  try {
    await makeInstance(lxd, name, release, desired.pool);
    await awaitOnline(clock, lxd, name, 'do the machines hand out addresses? `relevo doctor` tells');
    await run(lxd, name, release, onLine);
    await remember(lxd, release);
  } finally {
    await removeInstance(lxd, name);
  }
}

/** With the image, files and environment of a new instance; no balancer knows it, and its own services are not started. */
async function makeInstance(
  lxd: Lxd,
  name: string,
  { image, machine, files }: ReleasePlan,
  pool: string,
): Promise<void> {
  const cable = { type: 'nic', nictype: 'bridged', parent: clusterNetwork, name: bridgeInterface };
  const devices = { root: rootIn(pool), [bridgeInterface]: cable };
  await fromSeed(lxd, { name, image, machine }, labelsConfig({ kind: 'builder' }), devices);
  await pushAll(lxd, name, [...files, onlyBasics]);
  await lxd.instances.start(name);
}

async function run(lxd: Lxd, name: string, release: ReleasePlan, onLine: OnLine): Promise<void> {
  const lines: string[] = [];
  const { code } = await lxd.instances.exec(name, releaseArgv(release), {
    timeout: longest,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      onLine(line);
    },
  });
  if (code === 0) return;
  throw new RelevoError({
    code: 'failed',
    message: `the release command of ${release.service} failed with exit code ${code}: ${release.command.join(' ')}`,
    hint: 'nothing of the service was changed, and what serves goes on; mend it and run `relevo up` again, which runs it again',
    evidence: { title: `the last lines of the release command of ${release.service}`, lines },
  });
}

async function remember({ images }: Lxd, { service, revision }: ReleasePlan): Promise<void> {
  const alias = { name: releaseMark(service), target: marksImage.fingerprint, description: revision };
  if (!(await images.createAlias(alias))) await images.updateAlias(alias);
}
