// Runs all tests: those next to the source files, and those in tests/. All test files share one PostgreSQL, but each has its own database.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,contract,client,web,bench,tests}/**/*.test.ts"],
    globalSetup: ["tests/support/start-postgres.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    pool: "forks",
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
