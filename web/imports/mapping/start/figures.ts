// The numbers of rows that the start of the import will import, reject and ignore.
import type { Import, Preview } from "../../../../contract/imports/imports.ts";
import type { Review } from "../../../../contract/imports/question.ts";

export interface Figures {
  /** Number of rows of the file; null if the number is not known yet. */
  rows: number | null;
  /** Number of rows that are neither rejected nor ignored; null if the number is known for the first rows only. */
  imported: number | null;
  rejected: number;
  ignored: number;
  /** Number of rows in which `rejected` and `ignored` were counted. */
  of: number;
}

/** Files up to this size are in the sample as a whole. */
const SMALL_FILE_BYTES = 100_000;

/** Number of rows of the file. If the scan asks before it has read the whole file, the number is known only for small text files, because
 * the sample contains all their rows. */
export function rowsOf(
  { rows, size }: Pick<Import, "rows" | "size">,
  preview: Pick<Preview, "sample_size" | "dialect"> | null,
): number | null {
  const isSmall = size !== null && size <= SMALL_FILE_BYTES && preview?.dialect?.format === "text";
  return rows ?? (isSmall ? preview.sample_size : null);
}

/** @param review the exact figures of the scan; undefined if the mapping has changed since the scan. In that case, the figures of the
 * preview are used, which are exact only if the sample contains the whole file. */
export function figuresOf(
  rows: number | null,
  review: Review | undefined,
  preview: Pick<Preview, "sample_size" | "rejected" | "ignored"> | null,
): Figures | undefined {
  if (review !== undefined) {
    const { rejected, ignored } = review;
    return { rows: review.rows, imported: review.rows - rejected - ignored, rejected, ignored, of: review.rows };
  }
  if (preview === null) return undefined;
  const { sample_size, rejected, ignored } = preview;
  const isWhole = rows !== null && sample_size >= rows;
  return { rows, imported: isWhole ? sample_size - rejected - ignored : null, rejected, ignored, of: sample_size };
}
