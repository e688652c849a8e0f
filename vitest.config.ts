// Runs all tests: those next to the source files, and those in tests/. All test files share one PostgreSQL, but each has its own database.
import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Folders whose test files start processes and take longest. */
const LONG = ["kills", "journeys", "models", "guarantees", "faults"].map((folder) => `/tests/${folder}/`);

const FILES = globSync("{src,contract,client,web,bench,tests}/**/*.test.ts", { cwd: import.meta.dirname });

/** Matches the source of a test file that could affect a later test file in the same process: it uses the database, servers, processes,
 * threads, the environment, timers or mocks. */
const NEEDS_OWN_PROCESS =
  /createTest|\/support\/(?:app|identity|mail|network|receiver|single-sign-on|webhook-app)|startEmbedded|listen\(|node:(?:child_process|http|https|net|tls|worker_threads)|in-thread|process\.|globalThis|\bvi\.|memoryUsage/;
const needsOwnProcess = (file: string): boolean =>
  file.startsWith("tests") || NEEDS_OWN_PROCESS.test(readFileSync(join(import.meta.dirname, file), "utf8"));

/** Runs the longest test files first. Otherwise, one of them would often run alone at the end, while a core is idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      // Files that can share a process run one after another, at the end: Vitest reuses a process only if both its last file and the next
      // file can share it.
      if (!project.config.isolate) return LONG.length + 1;
      const found = LONG.findIndex((folder) => moduleId.includes(folder));
      return found === -1 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // To start a process and load the modules of a test file takes longer than most of the tests without state.
    projects: [
      { extends: true, test: { name: "isolated", include: FILES.filter(needsOwnProcess) } },
      {
        extends: true,
        test: { name: "shared", isolate: false, include: FILES.filter((file) => !needsOwnProcess(file)) },
      },
    ],
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
