// Runs the tests that a profile contains: reads each input in memory, with the code of imports and previews.
import { mappingOf } from "../choose-profile.ts";
import { compareResult } from "./compare-result.ts";
import { previewSource } from "../../imports/preview/preview.ts";
import type { PreviewJob } from "../../imports/preview/preview-thread.ts";
import { import_query, type Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { MAX_EXPECTED_PRODUCTS } from "../../../contract/profiles/profile-names.ts";
import type { ProfileDefinition, ProfileTest } from "../../../contract/profiles/profile.ts";
import type { ProfileTestResult } from "../../../contract/profiles/profiles.ts";

/** Makes the preview of an input. The server does this in a thread, because a profile can be slow. */
export type MakePreview = (job: PreviewJob) => Promise<Preview>;

const previewHere: MakePreview = ({ source, options, context }) => previewSource(source, options, context);

/** @throws Problem too-many-previews or not-ready if the server cannot run the tests now */
export async function runTests(
  definition: ProfileDefinition,
  makePreview: MakePreview = previewHere,
): Promise<ProfileTestResult[]> {
  const results: ProfileTestResult[] = [];
  for (const [index, test] of (definition.tests ?? []).entries()) {
    const differences = await runTest(definition, test, makePreview);
    results.push({ name: test.name ?? `Test ${index + 1}`, passed: differences.length === 0, differences });
  }
  return results;
}

/** Problems of the server, not of the profile. */
const NOT_OF_PROFILE: ReadonlySet<string> = new Set(["too-many-previews", "not-ready"]);

async function runTest(
  definition: ProfileDefinition,
  test: ProfileTest,
  makePreview: MakePreview,
): Promise<ProfileTestResult["differences"]> {
  try {
    const result = await readInput(definition, test.input, makePreview);
    if (isUnreadable(result)) return [notRead(result.problem.detail)];
    return compareResult(test, result);
  } catch (error) {
    if (!(error instanceof Problem) || NOT_OF_PROFILE.has(error.slug)) throw error;
    return [notRead(error.message)];
  }
}

/** Reads the input of a test. An input is text, so the encoding that the profile specifies for files does not apply.
 * @throws Problem if the input cannot be read at all */
export function readInput(
  definition: ProfileDefinition,
  input: string,
  makePreview: MakePreview = previewHere,
): Promise<Preview> {
  const options = import_query.parse({ mapping: mappingOf(definition), encoding: "utf-8" });
  const source = { kind: "bytes", bytes: Buffer.from(input), is_whole: true } as const;
  return makePreview({ source, options, context: { shown: MAX_EXPECTED_PRODUCTS + 1 } });
}

/** Whether a problem prevents the comparison. `nearly-all-rejected` does not: a test may expect that all rows are rejected. */
export const isUnreadable = (result: Preview): result is Preview & { problem: NonNullable<Preview["problem"]> } =>
  result.problem !== null && result.problem.type !== "/problems/nearly-all-rejected";

const notRead = (detail: string): ProfileTestResult["differences"][number] => ({
  sku: null,
  member: "input",
  expected: null,
  actual: JSON.stringify(detail),
});
