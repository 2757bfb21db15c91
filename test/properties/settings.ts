/** How long the properties are tried: seconds in each run of the tests, minutes with `npm run test:long`. */
export const long = process.env['RELEVO_LONG'] === '1';

/** Milliseconds for one property. */
const budget = long ? 300_000 : 5000;

/** For `it`: what a loaded computer takes longer. */
export const patience = 12 * budget;

/**
 * As many runs as the time allows, at most so many. `RELEVO_SEED` repeats those of a run that failed; the seed is in the
 * failure's text.
 */
export function runs(most: number) {
  const seed = Number(process.env['RELEVO_SEED'] ?? Date.now() % 1_000_000);
  return { numRuns: long ? most * 100 : most, seed, interruptAfterTimeLimit: budget } as const;
}
