import { hashOf } from '../domain/hash.ts';

/** Instances that are only there to be cloned, one of each image on each machine: see `src/apply/seeds.ts`. */
export const seedKind = 'seed';

const alias = 'relevo-';

export function seedName(image: string, machine: string): string {
  const whole = `seed-${image.slice(alias.length)}-${machine}`;
  return whole.length <= 63 ? whole : `seed-${image.slice(alias.length)}-${hashOf(machine)}`;
}

/** The image of a seed; undefined where it is something else. A name is all that is known of what a silent member carries. */
export function seedOf(name: string): string | undefined {
  const [, hash] = /^seed-([0-9a-f]{16})-/.exec(name) ?? [];
  return hash === undefined ? undefined : `${alias}${hash}`;
}
