// What the start of the import will do, in figures.
import type { Preview } from "../../../../contract/imports/imports.ts";
import type { Review } from "../../../../contract/imports/question.ts";

export interface Figures {
  /** Number of rows of the file. */
  rows: number;
  /** Number of rows that are neither rejected nor ignored; null if it is only known for the first rows. */
  imported: number | null;
  rejected: number;
  ignored: number;
  /** Number of rows that `rejected` and `ignored` are about. */
  of: number;
}

/** The figures of the scan are exact as long as the mapping is the one of the scan. Otherwise, the figures of the preview are used, which
 * are exact if the sample contains the whole file. */
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
  const all = Math.max(rows ?? 0, sample_size);
  const isWhole = rows !== null && sample_size >= rows;
  return { rows: all, imported: isWhole ? sample_size - rejected - ignored : null, rejected, ignored, of: sample_size };
}
