import { RelevoError } from '../../src/domain/failure.ts';
import type { LxdAlias } from '../../src/ports/lxd.ts';
import type { LeaseStore } from '../../src/reconcile/lease.ts';

/** LXD's database as controllers use it, shared by all of them; who is `cut` off reaches nothing. */
export class FakeMarks {
  readonly all = new Map<string, LxdAlias>();
  readonly #cut = new Set<string>();

  cut(who: string, isCut: boolean): void {
    if (isCut) this.#cut.add(who);
    else this.#cut.delete(who);
  }

  for(who: string): LeaseStore {
    const reach = () => {
      if (this.#cut.has(who)) throw new RelevoError({ code: 'unreachable', message: 'cut off' });
    };
    return {
      aliasNames: async () => {
        reach();
        return [...this.all.keys()];
      },
      readAlias: async (name) => {
        reach();
        const alias = this.all.get(name);
        return alias && { ...alias, etag: JSON.stringify(alias) };
      },
      createAlias: async (alias) => {
        reach();
        if (this.all.has(alias.name)) return false;
        this.all.set(alias.name, alias);
        return true;
      },
      updateAlias: async (alias) => {
        reach();
        if (!this.all.has(alias.name)) return false;
        this.all.set(alias.name, alias);
        return true;
      },
      deleteAlias: async (name) => {
        reach();
        this.all.delete(name);
      },
    };
  }
}
