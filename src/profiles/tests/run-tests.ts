// Runs the tests that a profile contains: reads each input in memory, with the code of imports and previews.
import { mappingOf } from "../choose-profile.ts";
import { compareResult } from "./compare-result.ts";
import { previewFile } from "../../imports/preview/preview.ts";
import { completeOptions, import_query } from "../../../contract/imports/imports.ts";
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
  const options = completeOptions(import_query.parse({ mapping: mappingOf(definition) }));
  try {
    const result = await previewFile(Buffer.from(test.input), true, options, { shown: MAX_EXPECTED_PRODUCTS + 1 });
    // This problem does not fail the test: a test may expect that all rows are rejected.
    if (result.problem !== null && result.problem.type !== "/problems/nearly-all-rejected")
      return [notRead(result.problem.detail)];
    return compareResult(test, result);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [notRead(error.message)];
  }
}

const notRead = (detail: string): ProfileTestResult["differences"][number] => ({
  sku: null,
  member: "input",
  expected: null,
  actual: JSON.stringify(detail),
});
