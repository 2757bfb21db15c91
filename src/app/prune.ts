import { basename } from 'node:path';
import type { ImagePlan } from '../domain/desired.ts';
import { imagePlan, imagesOf } from '../plan/images.ts';
import type { CachedFile } from '../ports/cache.ts';
import type { LxdImage } from '../ports/lxd.ts';
import { plannerOf } from './planner.ts';
import type { Project } from './project.ts';
import { neededFiles } from './up.ts';

export interface Prunable {
  /** Of the cache. */
  readonly files: readonly CachedFile[];
  /** Of the LXD in which images are built. */
  readonly images: readonly Pick<LxdImage, 'fingerprint' | 'aliases' | 'size'>[];
}

/** What needs a person. */
export interface PruneConsent {
  /** Shows it. Throws where the answer is no: nothing was removed then. */
  ask(prunable: Prunable): Promise<void>;
}

/** Removes images that neither this file needs nor any project that was brought up with the same cache. */
export async function prune(project: Project, consent: PruneConsent): Promise<Prunable> {
  const { spec, doors } = project;
  const [{ assets }, { machineImage, prepared }] = await Promise.all([plannerOf(project), doors.provider.observe()]);
  const machine = machineImage && imagePlan('machine', machineImage);
  const wanted = { images: imagesOf(spec, assets), ...(machine && { machineImage: machine }) };
  const kept = new Set(neededFiles(wanted, doors).map((file) => basename(file)));
  const files = (await doors.cache.unneeded()).filter(({ name }) => !kept.has(name));
  const builder = prepared ? await doors.provider.builder?.() : undefined;
  const names = namesOf([...wanted.images, ...(machine ? [machine] : [])]);
  const there = (await builder?.lxd.images.list()) ?? [];
  const images = there.filter(({ aliases }) => !aliases.some((alias) => names.has(alias)));
  const prunable = { files, images };
  if (files.length + images.length === 0) return prunable;
  await consent.ask(prunable);
  await doors.cache.remove(files);
  for (const { fingerprint } of images) await builder?.lxd.images.delete(fingerprint);
  return prunable;
}

function namesOf(images: readonly ImagePlan[]): Set<string> {
  return new Set(images.flatMap(({ alias, recipe: { base } }) => [alias, `base-${base.replace('/', '-')}`]));
}
