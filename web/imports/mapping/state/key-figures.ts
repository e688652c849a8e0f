// Figures of the key in the rows of the preview.
import type { Preview } from "../../../../contract/imports/imports.ts";

export interface KeyFigures {
  rows: number;
  blank: number;
  distinct: number;
}

type Sample = Pick<Preview, "sample_size" | "rejected" | "ignored" | "adds" | "superseded" | "rejects">;

/** Counts rows of the preview. `distinct` is the number of different keys, and `blank` the number of rows that are rejected because their
 * SKU is blank. `rows` is the sum of both and of the rows that another row with the same SKU replaces. */
export function sampleKeyFigures({ sample_size, rejected, ignored, adds, superseded, rejects }: Sample): KeyFigures {
  const blank = rejects.filter(({ code }) => code === "sku_empty").length;
  const distinct = sample_size - rejected - ignored - adds - superseded;
  return { rows: distinct + superseded + blank, blank, distinct };
}
