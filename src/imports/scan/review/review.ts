// The review of an import: whether the import waits for a review, and the figures that the review shows.
import { retryTransient } from "../../../db/connection/connect.ts";
import type { FieldName } from "../../../catalog/product/column-lists.ts";
import type { Layout } from "../../layout.ts";
import { countMatchedKeys } from "../../match/store.ts";
import { isKeyChosen } from "../../options/plan-columns.ts";
import { rowCount } from "../../problems.ts";
import { doubtOfName } from "../../read/columns/judge-name.ts";
import { isExactName } from "../../read/columns/column-claims.ts";
import type { ImportWork } from "../../store.ts";
import type { Run } from "../scan-run.ts";
import type { Scanner } from "../scanner.ts";
import type { ScanProgress } from "../store.ts";
import { countKnownKeys } from "./count-known-keys.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import type { Candidate, Review } from "../../../../contract/imports/question.ts";
import { Problem } from "../../../../contract/problems.ts";

/** The parts of a table on which the review depends. */
interface Reviewed {
  columns: readonly Column[];
  /** The first rows of the file. */
  rows: readonly (readonly string[])[];
}

type Reviewable = Pick<ImportWork, "options" | "profile">;

/** Whether the import may have to wait for a review. If so, the scan collects the figures that the review shows. */
export const mayNeedReview = ({ options }: Reviewable): boolean => (options.review ?? "never") !== "never";

/** Whether the import waits for a review of its columns. */
export function needsReview({ options, profile }: Reviewable, table: Reviewed): boolean {
  switch (options.review ?? "never") {
    case "never":
      return false;
    case "always":
      return true;
    case "unknown":
      return !(profile !== null || isKeyChosen(options) || areKnown(options, table));
  }
}

/** Whether it is certain which columns contain SKU and name, and the values of the name column can be names. */
const areKnown = ({ name }: ImportWork["options"], { columns, rows }: Reviewed): boolean =>
  isCertain("sku", columns) &&
  (name !== undefined || (isCertain("name", columns) && doubtOfName(columns, rows) === undefined));

/** Whether it is certain which column contains the field. Also returns true if no column contains the field, because the import then
 * stores nothing in the field. */
function isCertain(field: FieldName, columns: readonly Column[]): boolean {
  const column = columns.find(({ target }) => target === field);
  return column === undefined || column.remembered === true || isExactName(field, column.name);
}

const ANSWERS: readonly Candidate[] = [{ value: "never", samples: [] }];

/** Returns the question of the review, with the figures of the scanned file. */
export async function reviewOf(
  run: Run,
  { sku, columns }: Layout,
  scanner: Scanner,
  { rows, rejected, ignored, adds }: Pick<ScanProgress, "rows" | "rejected" | "ignored" | "adds">,
): Promise<Problem> {
  const { key_figures: figures, deletions: deleted } = scanner;
  const key: Review["key"] = {
    column: columns[sku]?.name ?? "",
    rows: figures.rows,
    blank: figures.blanks,
    distinct: scanner.distinct_keys,
    in_catalogue: await retryTransient(() => countInCatalogue(run, scanner), { signal: run.signal }),
  };
  const skipped = [
    ...(rejected > 0 ? [`${rejected.toLocaleString("en")} rejected`] : []),
    ...(ignored > 0 ? [`${ignored.toLocaleString("en")} ignored`] : []),
    ...(adds > 0 ? [`${adds.toLocaleString("en")} with additions to other rows`] : []),
    ...(deleted > 0
      ? [`${deleted.toLocaleString("en")} that ${deleted === 1 ? "deletes its product" : "delete their products"}`]
      : []),
  ];
  const counted = skipped.length === 0 ? rowCount(rows) : `${rowCount(rows)} (${skipped.join(", ")})`;
  return new Problem(
    "review",
    `The file has ${counted}. The column "${key.column}" contains ${key.distinct.toLocaleString("en")} different ${key.distinct === 1 ? "key" : "keys"}, ${key.in_catalogue.toLocaleString("en")} of them in the catalogue. Check what the columns become, then start the import (option review=never).`,
    {
      extra: {
        option: "review",
        candidates: ANSWERS,
        rows,
        rejected,
        ignored,
        deleted,
        adds,
        key,
      } satisfies ReviewExtra,
    },
  );
}

type ReviewExtra = Review & { option: "review"; candidates: readonly Candidate[] };

/** Returns the number of keys for which the catalogue has a product. With `match`, the keys are values of an attribute, and the scan has
 * already looked for their products. */
const countInCatalogue = ({ context, work, signal }: Run, scanner: Scanner): Promise<number> =>
  work.options.mapping?.match === undefined
    ? countKnownKeys(context.pool, scanner, signal)
    : countMatchedKeys(context.pool, work);
