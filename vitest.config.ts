// Runs all tests: those next to the source files, and those in tests/. All test files share one PostgreSQL, but each has its own database.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Folders whose test files start processes and take longest. */
const LONG = ["kills", "journeys", "models", "guarantees", "faults"].map((folder) => `/tests/${folder}/`);

/** Runs the longest test files first. Otherwise, one of them would often run alone at the end, while a core is idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((folder) => moduleId.includes(folder));
      return found === -1 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["{src,contract,client,web,bench,tests}/**/*.test.ts"],
    globalSetup: ["tests/support/start-postgres.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    // Vitest's default is one worker less than there are cores. More workers are faster, because many tests wait for other processes or
    // for injected delays.
    maxWorkers: Math.max(3, availableParallelism()),
    // Tests wait for conditions. These limits only end a test that hangs: no other test reaches them, even while four busy loops use
    // the two cores of a machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 120_000,
    expect: { poll: { timeout: 200_000, interval: 20 } },
    restoreMocks: true,
  },
});
