// Makes a test of a profile: the expected products are those that the profile makes from the input now.
import { Problem } from "../../../contract/problems.ts";
import { MAX_EXPECTED_PRODUCTS } from "../../../contract/profiles/profile-names.ts";
import type { ProfileDefinition, ProfileTest } from "../../../contract/profiles/profile.ts";
import type { ComputedProfileTest } from "../../../contract/profiles/profiles.ts";
import { isUnreadable, readInput, type MakePreview } from "./run-tests.ts";
import { because } from "../../../contract/problem-reasons.ts";

/** @throws Problem if the input cannot be read at all, or gives too many products for a test */
export async function computeTest(
  definition: ProfileDefinition,
  { name, input }: Pick<ProfileTest, "name" | "input">,
  makePreview: MakePreview,
): Promise<ComputedProfileTest> {
  const preview = await readInput(definition, input, makePreview);
  if (isUnreadable(preview)) return { test: null, preview };
  const { products, rejects, ignored, adds, deleted } = preview;
  if (products.length > MAX_EXPECTED_PRODUCTS || rejects.length > MAX_EXPECTED_PRODUCTS)
    throw new Problem(
      "invalid-request",
      `The input has too many rows: a test can have at most ${MAX_EXPECTED_PRODUCTS} products and ${MAX_EXPECTED_PRODUCTS} rejected rows. Use fewer lines of the file.`,
      { extra: because("test-too-large", { limit: MAX_EXPECTED_PRODUCTS }) },
    );
  return {
    test: {
      ...(name === undefined ? {} : { name }),
      input,
      expected: products.map(({ row: _row, line: _line, ...product }) => product),
      ...(rejects.length === 0 ? {} : { rejects: rejects.map(({ line, code }) => ({ line, code })) }),
      ...(ignored === 0 ? {} : { ignored }),
      ...(adds === 0 ? {} : { adds }),
      ...(deleted === 0 ? {} : { deleted }),
    },
    preview,
  };
}
