import { RelevoError } from '../domain/failure.ts';
import { type Intent, noIntent } from '../domain/intent.ts';
import { intentAlias, intentOf } from '../observe/intent-record.ts';
import { intentMark } from '../observe/marks.ts';
import type { LxdImages } from '../ports/lxd.ts';

/** Writers hold the lease, so nobody else can be faster again and again. */
const mostTries = 5;

/** By compare-and-swap: a change that came between is read, and changed in its turn. What is so already is not written. */
export async function changeIntent(images: LxdImages, change: (before: Intent) => Intent): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const known = await images.readAlias(intentMark);
    const before = known === undefined ? noIntent : intentOf(known.description);
    const alias = intentAlias(change(before));
    if (alias.description === intentAlias(before).description) return;
    if (await (known === undefined ? images.createAlias(alias) : images.swapAlias(alias, known.etag))) return;
  }
  throw new RelevoError({ code: 'conflict', message: `${intentMark} is changed by somebody else at the same time` });
}
