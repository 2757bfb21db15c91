import type { LxdAlias, LxdImages } from '../ports/lxd.ts';

/**
 * What all must agree on lies in LXD's own database, as aliases of some image: creating one is atomic in the whole
 * cluster, and writing one takes a tenth of a second, also while a member is gone. Verified on LXD 5.0.2.
 */
const prefix = 'mark.';

export const leasePrefix = `${prefix}lease.`;
const drainedPrefix = `${prefix}drained.`;
const eventsPrefix = `${prefix}events.`;

export const drainedMark = (machine: string) => `${drainedPrefix}${machine}`;
export const eventsMark = (balancer: string) => `${eventsPrefix}${balancer}`;

export function isMark(alias: string): boolean {
  return alias.startsWith(prefix);
}

export function drainedMachines(aliases: readonly string[]): string[] {
  return aliases.filter((name) => name.startsWith(drainedPrefix)).map((name) => name.slice(drainedPrefix.length));
}

/** The texts that controllers wrote, by balancer. */
export function eventTexts(aliases: readonly LxdAlias[]): Map<string, string> {
  const own = aliases.filter(({ name }) => name.startsWith(eventsPrefix));
  return new Map(own.map(({ name, description }) => [name.slice(eventsPrefix.length), description]));
}

/** An alias goes with its image: marks on one that shall be deleted are put on another one. */
export async function moveMarks(images: LxdImages, from: string): Promise<void> {
  const to = (await images.list()).find(({ fingerprint }) => fingerprint !== from)?.fingerprint;
  if (to === undefined) return;
  const marks = (await images.aliases()).filter(({ name, target }) => isMark(name) && target === from);
  for (const mark of marks) await images.updateAlias({ ...mark, target: to });
}
