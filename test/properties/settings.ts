/** How long the properties are tried: seconds in each run of the tests, minutes with `npm run test:long`. */
export const long = process.env['RELEVO_LONG'] === '1';

/**
 * Of all that is drawn. Always the same: a run fails because of what changed, not because of what it happened to draw. Long runs
 * look for what nobody has found yet. `RELEVO_SEED` repeats one that failed; the seed is in the failure's text.
 */
export const seed = Number(process.env['RELEVO_SEED'] ?? (long ? Date.now() % 1_000_000 : 1));

/** Milliseconds for one property. */
const budget = long ? 300_000 : 5000;

/** For `it`: what a loaded computer takes longer. */
export const patience = 12 * budget;

/** As many runs as the time allows, at most so many. */
export function runs(most: number) {
  return { numRuns: long ? most * 100 : most, interruptAfterTimeLimit: budget } as const;
}
