// All tests in one run: beside their files and in tests/. They share one PostgreSQL, each file has a database of its own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,contract,client,web,bench,tests}/**/*.test.ts"],
    globalSetup: ["tests/support/start-postgres.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    pool: "forks",
    // Tests wait for conditions. These limits only end a test that hangs, even with four busy loops beside it on two cores.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 120_000,
    expect: { poll: { timeout: 200_000, interval: 20 } },
    restoreMocks: true,
  },
});
