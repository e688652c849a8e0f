// Runs all tests: those next to the source files, and those in tests/. All test files share one PostgreSQL, but each has its own database.
import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Folders whose test files take longest, because most of them start processes. The longest are first. */
const LONG = [
  ...["kills", "journeys", "models", "guarantees", "faults", "contract", "project", "access", "backup"].map(
    (folder) => `/tests/${folder}/`,
  ),
  "/src/commands/",
];

const FILES = globSync("{src,contract,client,web,bench,tests}/**/*.test.ts", { cwd: import.meta.dirname });

/** Matches the source of a test file that could affect a later test file in the same process, that measures its process, or that an earlier
 * test file could affect: it changes the environment, the account, timers, modules or global objects, reads the memory or the processor
 * time, describes all schemas of the global registry of zod, or counts the requests that arrive at a receiver. */
const NEEDS_OWN_PROCESS =
  /\/support\/receiver|\bvi\.(?!fn\b)|\bglobalThis\b|\b(?:memoryUsage|cpuUsage|resourceUsage|describeApi)\b|\bprocess\.(?:env\[[^\]]*\] =|chdir|emit|exitCode|off|on|once|seteuid|setegid|umask)\b/;
const needsOwnProcess = (file: string): boolean =>
  NEEDS_OWN_PROCESS.test(readFileSync(join(import.meta.dirname, file), "utf8"));

/** Flags for Node in the processes that run many test files. Rare collections of the young generation and no threads that mark objects save
 * about a tenth of the processor time. Tests that measure memory run in other processes. */
const GC_FLAGS = ["--max-semi-space-size=64", "--no-concurrent-marking"];

/** Runs the longest test files first. Otherwise, one of them would often run alone at the end, while a core is idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const found = LONG.findIndex((folder) => moduleId.includes(folder));
      const byFolder = found === -1 ? LONG.length : found;
      // Files that can share a process run one after another, at the end: Vitest reuses a process only if both its last file and the next
      // file can share it.
      return project.config.isolate ? byFolder : LONG.length + 1 + byFolder;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // Starting a process and loading the modules of a test file takes about 2 s of processor time.
    projects: [
      { extends: true, test: { name: "isolated", include: FILES.filter(needsOwnProcess) } },
      {
        extends: true,
        test: {
          name: "shared",
          isolate: false,
          execArgv: GC_FLAGS,
          include: FILES.filter((file) => !needsOwnProcess(file)),
        },
      },
    ],
    globalSetup: ["tests/support/start-postgres.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    // Vitest's default is one worker less than there are cores. More workers are faster, because many tests wait for other processes or
    // for injected delays.
    maxWorkers: Math.max(4, availableParallelism()),
    // Tests wait for conditions. These limits only end a test that hangs: no other test reaches them, even while four busy loops use
    // the two cores of a machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 120_000,
    expect: { poll: { timeout: 200_000, interval: 20 } },
    restoreMocks: true,
  },
});
