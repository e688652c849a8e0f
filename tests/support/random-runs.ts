// The number of random cases in a test. `RUNS=20 npm test -- tests/models` tries 20 times as many.

/** The factor by which this run of the tests searches further. */
export const RUNS = Number(process.env["RUNS"] ?? 1);

/** Returns the number of cases of a test that tries `count` cases by default. */
export const runs = (count: number): number => count * RUNS;
