// The numbers that the start bar shows: how many products the import will store, and how many rows it will replace, reject and ignore.
import type { Import, Preview } from "../../../../contract/imports/imports.ts";
import type { Review } from "../../../../contract/imports/question.ts";

export interface Figures {
  /** Number of rows of the file; null if the number is not known yet. */
  rows: number | null;
  /** Number of products that are stored, each with its own SKU. */
  products: number;
  /** Number of rows that another row with the same SKU replaces. */
  replaced: number;
  rejected: number;
  ignored: number;
  /** Number of rows that delete their products. */
  deleted: number;
  /** Number of rows that only add values to the product of another row. */
  adds: number;
  /** Number of rows that were examined for the other counts. */
  of: number;
  /** Whether the counts cover all rows of the file. */
  is_exact: boolean;
}

/** The preview reads files up to this size completely. Of a larger file, it may read only the first rows. */
const SMALL_FILE_BYTES = 100_000;

/** Number of rows of the file. The import may be held before the scan has read the whole file. In that case, the number is known only for
 * small text files, because the preview counts all their rows. */
export function rowsOf(
  { rows, size }: Pick<Import, "rows" | "size">,
  preview: Pick<Preview, "sample_size" | "dialect"> | null,
): number | null {
  const isSmall = size !== null && size <= SMALL_FILE_BYTES && preview?.dialect?.format === "text";
  return rows ?? (isSmall ? preview.sample_size : null);
}

type Sample = Pick<Preview, "sample_size" | "rejected" | "ignored" | "deleted" | "adds" | "superseded">;

/** @param review the exact figures of the scan; undefined if the mapping has changed since the scan. In that case, the figures of the
 * preview are used, which are exact only if the preview has read the whole file. */
export function figuresOf(
  rows: number | null,
  review: Review | undefined,
  preview: Sample | null,
): Figures | undefined {
  if (review !== undefined) {
    const { rows, rejected, ignored, deleted, adds, key } = review;
    const replaced = Math.max(0, rows - rejected - ignored - adds - key.distinct);
    const products = key.distinct - deleted;
    return { rows, products, replaced, rejected, ignored, deleted, adds, of: rows, is_exact: true };
  }
  if (preview === null) return undefined;
  const { sample_size, rejected, ignored, deleted, adds, superseded } = preview;
  return {
    rows,
    products: sample_size - rejected - ignored - deleted - adds - superseded,
    replaced: superseded,
    rejected,
    ignored,
    deleted,
    adds,
    of: sample_size,
    is_exact: rows !== null && sample_size >= rows,
  };
}
