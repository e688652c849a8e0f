// Leaves the run's counts where scripts/test.mjs finds them for its last line.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export const COUNTS_FILE = join(import.meta.dirname, "../../node_modules/.cache/test-counts.json");

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that fails before its first test, a broken hook and an error outside any test are failures too.
    const broken = modules.filter(
      (module) => module.state() === "failed" && ![...module.children.allTests("failed")].length,
    );
    const failed = count("failed") + broken.length + unhandled.length;
    mkdirSync(join(COUNTS_FILE, ".."), { recursive: true });
    writeFileSync(
      COUNTS_FILE,
      JSON.stringify({ passed: count("passed"), failed, skipped: count("skipped") + count("pending") }),
    );
  }
}
