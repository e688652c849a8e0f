// Prints why tests were skipped, and writes the numbers of passed, failed and skipped tests to a file. scripts/test.mjs reads this file.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export const COUNTS_FILE = join(import.meta.dirname, "../../node_modules/.cache/test-counts.json");

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A test file that fails before its first test, a failed hook, and an error outside any test each count as one failure.
    const broken = modules.filter(
      (module) => module.state() === "failed" && ![...module.children.allTests("failed")].length,
    );
    for (const test of tests) {
      const result = test.result();
      if (result.state === "skipped") console.log(`skipped: ${test.fullName}: ${result.note ?? "not selected"}`);
    }
    const failed = count("failed") + broken.length + unhandled.length;
    mkdirSync(join(COUNTS_FILE, ".."), { recursive: true });
    writeFileSync(
      COUNTS_FILE,
      JSON.stringify({ passed: count("passed"), failed, skipped: count("skipped") + count("pending") }),
    );
  }
}
