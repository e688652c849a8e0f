// All tests in one run: beside their files and in tests/. They share one PostgreSQL, each file has a database of its own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,contract,client,web,bench,tests}/**/*.test.ts"],
    globalSetup: ["tests/support/start-postgres.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    pool: "forks",
    // Waiting is for conditions; these only end what hangs. A busy two-core machine needs the room.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    restoreMocks: true,
  },
});
