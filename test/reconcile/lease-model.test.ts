import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Lease } from '../../src/reconcile/lease.ts';
import { type Model, runModel, type Seen } from '../rig/lease-model.ts';

const minutes = 60_000;

async function explore(seeds: number, model: Model, until: (seen: Seen) => boolean = () => false): Promise<Seen> {
  const sum = { states: 0, held: 0, both: 0, epoch: 0 };
  for (let seed = 1; seed <= seeds && !until(sum); seed += 1) {
    const { states, held, both, epoch } = await runModel(seed, model);
    Object.assign(sum, { states: sum.states + states, held: sum.held + held, both: sum.both + both, epoch });
  }
  return sum;
}

/** Edits of `lease.ts`, each of which puts a hole back; and a store that writes without comparing, as the first lease did. */
const holes: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'who finds no record is valid at once': ['this.#notBefore = renewed + fence;', ''],
  'a holder counts on its lease for longer than others wait': [
    'export const fence = 2000;',
    'export const fence = 6000;',
  ],
  'a lease counts from the answer, not from before the bytes went out': [
    'this.#hold(record, renewed, wall);\n    return true;\n  }\n\n  /** Somebody',
    'this.#hold(record, this.#clock.elapsed(), this.#clock.now().getTime());\n    return true;\n  }\n\n  /** Somebody',
  ],
  'a suspended computer trusts the clock that stood still': [
    ' && this.#clock.now().getTime() - this.#held.wall < fence',
    '',
  ],
  'who is urgent does not wait for a holder that lives': [
    'return silent >= (this.#isLost',
    'return this.#urgent || silent >= (this.#isLost',
  ],
  'a holder whose machine looks dead is not waited for': ['? expiryOfTheLost : expiry)', '? 0 : expiry)'],
};

/** `lease.ts` with one edit; the edit must fit, so that none of these rots. */
async function mutant([from, to]: readonly [string, string]): Promise<Model['Lease']> {
  const source = readFileSync('src/reconcile/lease.ts', 'utf8');
  expect(source).toContain(from);
  const directory = mkdtempSync(join(tmpdir(), 'relevo-mutant-'));
  const file = join(directory, 'lease.ts');
  writeFileSync(file, source.replace(from, to).replaceAll("from '../", `from '${resolve('src')}/`));
  try {
    return ((await import(file)) as { Lease: Model['Lease'] }).Lease;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the lease, tried in a model with three controllers and commands', () => {
  it(
    'is held by two at no moment of a million',
    async () => {
      const { states, held, both, epoch } = await explore(100, { Lease }, (seen) => seen.states > 1_000_000);
      expect(both).toBe(0);
      expect(states).toBeGreaterThan(1_000_000);
      expect(held / states).toBeGreaterThan(0.6);
      expect(epoch).toBeGreaterThan(50); // it changed hands
    },
    5 * minutes,
  );

  it.each(Object.keys(holes))(
    'finds the hole: %s',
    async (name) => {
      const Mutant = await mutant(holes[name] as (typeof holes)[string]);
      expect((await explore(40, { Lease: Mutant }, ({ both }) => both > 0)).both).toBeGreaterThan(0);
    },
    5 * minutes,
  );

  it(
    'finds the hole: a store that writes without comparing',
    async () => {
      expect((await explore(40, { Lease, compares: false }, ({ both }) => both > 0)).both).toBeGreaterThan(0);
    },
    5 * minutes,
  );
});
