// `skuport profile test`: runs the tests that a profile contains, in this process.
import type { ProfileTestResult } from "../../../contract/profiles/profiles.ts";
import { runTests } from "../../profiles/tests/run-tests.ts";
import { oneLine } from "../../terminal.ts";
import { findDefinition } from "../read/named-profile.ts";
import { oneArgument, type ProfileCall } from "./profile-call.ts";

export async function testProfile(given: ProfileCall): Promise<number> {
  const definition = await findDefinition(oneArgument(given, "test NAME|FILE"), given.server);
  const results = await runTests(definition);
  const passed = results.every((result) => result.passed);
  const { options, io } = given;
  if (options.json === true) io.stdout.write(`${JSON.stringify({ passed, tests: results })}\n`);
  else if (results.length === 0) io.stdout.write("The profile contains no tests.\n");
  else for (const result of results) io.stdout.write(describe(result));
  return passed ? 0 : 1;
}

function describe({ name, passed, differences }: ProfileTestResult): string {
  const lines = differences.map(
    ({ sku, member, expected, actual }) =>
      `\t${oneLine(`${sku === null ? "" : `${sku} `}${member}: ${actual ?? "missing"} instead of ${expected ?? "nothing"}`)}\n`,
  );
  return `${passed ? "passed" : "FAILED"}\t${oneLine(name)}\n${lines.join("")}`;
}
