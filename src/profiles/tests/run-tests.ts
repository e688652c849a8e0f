// Runs the tests that a profile contains: reads each input in memory, with the code of imports and previews.
import { mappingOf } from "../choose-profile.ts";
import { compareResult } from "./compare-result.ts";
import { previewFile } from "../../imports/preview/preview.ts";
import { completeOptions, import_query, type Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { MAX_EXPECTED_PRODUCTS } from "../../../contract/profiles/profile-names.ts";
import type { ProfileDefinition, ProfileTest } from "../../../contract/profiles/profile.ts";
import type { ProfileTestResult } from "../../../contract/profiles/profiles.ts";

export async function runTests(definition: ProfileDefinition): Promise<ProfileTestResult[]> {
  const results: ProfileTestResult[] = [];
  for (const [index, test] of (definition.tests ?? []).entries()) {
    const differences = await runTest(definition, test);
    results.push({ name: test.name ?? `Test ${index + 1}`, passed: differences.length === 0, differences });
  }
  return results;
}

async function runTest(definition: ProfileDefinition, test: ProfileTest): Promise<ProfileTestResult["differences"]> {
  try {
    const result = await readInput(definition, test.input);
    if (isUnreadable(result)) return [notRead(result.problem.detail)];
    return compareResult(test, result);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [notRead(error.message)];
  }
}

/** Reads the input of a test. An input is text, so the encoding that the profile specifies for files does not apply.
 * @throws Problem if the input cannot be read at all */
export function readInput(definition: ProfileDefinition, input: string): Promise<Preview> {
  const options = completeOptions(import_query.parse({ mapping: mappingOf(definition), encoding: "utf-8" }));
  return previewFile(Buffer.from(input), true, options, { shown: MAX_EXPECTED_PRODUCTS + 1 });
}

/** Whether a problem prevents the comparison. A test may expect that all rows are rejected. */
export const isUnreadable = (result: Preview): result is Preview & { problem: NonNullable<Preview["problem"]> } =>
  result.problem !== null && result.problem.type !== "/problems/nearly-all-rejected";

const notRead = (detail: string): ProfileTestResult["differences"][number] => ({
  sku: null,
  member: "input",
  expected: null,
  actual: JSON.stringify(detail),
});
