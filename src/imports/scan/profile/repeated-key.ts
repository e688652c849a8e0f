// Asks which value is the key if most products of a file repeat the SKU of another one, as in a shop that gives one SKU to all sizes of a
// product.
import type { KeyFigures } from "../../read/columns/key/judge-key.ts";
import type { GivenOptions } from "../../../../contract/imports/imports.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import { Problem } from "../../../../contract/problems.ts";

/** If more than this share of at least MIN_ROWS SKUs repeats an earlier one, the import would store fewer than half of the products. */
const MAX_REPEATED = 0.5;
const MIN_ROWS = 20;

/** @param figures counts for the key in the whole file
 * @returns undefined if the profile has no other key, or if the user has chosen the key */
export function questionOfRepeats(
  { mapping, key }: Pick<GivenOptions, "mapping" | "key">,
  profile: string | undefined,
  { rows, blanks, repeated }: KeyFigures,
): Problem | undefined {
  if (mapping?.other_keys === undefined || mapping.repeats === "merge" || key !== undefined || profile === undefined)
    return undefined;
  const filled = rows - blanks;
  const share = repeated / Math.max(1, filled);
  if (filled < MIN_ROWS || share <= MAX_REPEATED) return undefined;
  const candidates = Object.keys(mapping.other_keys).map((value): Candidate => ({ value, samples: [] }));
  return new Problem(
    "key-in-doubt",
    `With the profile "${profile}", ${Math.round(share * 100).toString()} % of the products have the SKU of another product of the file, so they would replace each other. Choose what identifies the products instead (option key).`,
    { extra: { option: "key", candidates } },
  );
}
