import { RelevoError } from '../../src/domain/failure.ts';
import type { LxdAlias } from '../../src/ports/lxd.ts';
import type { LeaseStore } from '../../src/reconcile/lease.ts';

/** When a call takes effect, and when its answer comes; `effect` is called once at most. Throws where the answer is lost. */
export type Passage = <T>(who: string, effect: () => T) => Promise<T>;

const atOnce: Passage = async (_, effect) => effect();

/** No two texts of the lease are equal. */
const etagOf = (alias: LxdAlias | undefined) => alias?.description ?? '';

/** Aliases as LXD has them (unique names, compare-and-swap by ETag), shared by all; who is `cut` off reaches nothing. */
export class FakeMarks {
  readonly all = new Map<string, LxdAlias>();
  readonly #cut = new Set<string>();
  readonly #passage: Passage;

  constructor(passage: Passage = atOnce) {
    this.#passage = passage;
  }

  cut(who: string, isCut: boolean): void {
    if (isCut) this.#cut.add(who);
    else this.#cut.delete(who);
  }

  for(who: string): LeaseStore {
    const call = async <T>(effect: () => T): Promise<T> => {
      if (this.#cut.has(who)) throw new RelevoError({ code: 'unreachable', message: 'cut off' });
      return this.#passage(who, effect);
    };
    const { all } = this;
    return {
      readAlias: (name) =>
        call(() => {
          const alias = all.get(name);
          return alias && { ...alias, etag: etagOf(alias) };
        }),
      createAlias: (alias) => call(() => !all.has(alias.name) && all.set(alias.name, alias) === all),
      swapAlias: (alias, etag) =>
        call(() => etagOf(all.get(alias.name)) === etag && all.set(alias.name, alias) === all),
      etagOf,
      upload: (_, alias) => call(() => alias),
    };
  }
}
