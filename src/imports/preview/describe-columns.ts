// Describes the columns of a preview: how certain their targets are, and samples of their values.
import { cutText } from "../../../contract/faults.ts";
import { isExactName } from "../read/columns/column-claims.ts";
import { doubtOfName } from "../read/columns/judge-name.ts";
import { valuesOf } from "../read/columns/match-columns.ts";
import type { Column, GivenOptions, PreviewColumn } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

const SAMPLES = 3;
const SAMPLE_CHARACTERS = 100;

interface Columns {
  columns: readonly Column[];
  /** The cells of the first rows. */
  rows: readonly (readonly string[])[];
}

/** @param problem why an import would stop or ask a question. If the option `key` or `name` would solve this, that column is uncertain */
export const describeColumns = (
  { columns, rows }: Columns,
  options: GivenOptions,
  problem: Problem | undefined,
): PreviewColumn[] => {
  const isChosen = options.name !== undefined || options.mapping !== undefined;
  const doubted = isChosen || doubtOfName(columns, rows) === undefined ? undefined : "name";
  return columns.map((column, position) => ({
    ...column,
    confidence: confidenceOf(column, options, [problem?.extra["option"], doubted]),
    samples: [...new Set(valuesOf(rows, position))].slice(0, SAMPLES).map((value) => cutText(value, SAMPLE_CHARACTERS)),
  }));
};

/** For each target that an import may ask the user about: the option that answers the question. */
const ASKED: Partial<Record<Column["target"], string>> = { sku: "key", name: "name" };

/** @param asked names of options that the user should set. If one of them chooses the target of this column, the confidence is low */
function confidenceOf(
  { name, target, remembered }: Column,
  { key, name: nameOption, mapping }: GivenOptions,
  asked: readonly unknown[],
): PreviewColumn["confidence"] {
  const question = ASKED[target];
  if (question !== undefined && asked.includes(question)) return "low";
  if (
    mapping !== undefined ||
    (target === "sku" && key !== undefined) ||
    (target === "name" && nameOption !== undefined)
  )
    return "high";
  if (target === "attribute" || target === "used" || target === "ignored") return "high";
  return remembered === true || isExactName(target, name) ? "high" : "medium";
}
