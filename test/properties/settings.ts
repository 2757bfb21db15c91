/** How long the properties are tried: seconds in each run of the tests, minutes with `npm run test:long`. */
export const long = process.env['RELEVO_LONG'] === '1';

/** Runs of a property; `RELEVO_SEED` repeats those of a run that failed. */
export function runs(usual: number) {
  const seed = Number(process.env['RELEVO_SEED'] ?? Date.now() % 1_000_000);
  return { numRuns: long ? usual * 50 : usual, seed, endOnFailure: false } as const;
}
