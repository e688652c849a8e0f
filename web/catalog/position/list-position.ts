// The position of the list as text: "Rows 201–300 of 466,693".
import { tn } from "../../texts/t.ts";
import { formatCount } from "../../ui/format.ts";
import type { ListTotal } from "../rows/list-request.ts";
import { totalText } from "./total-text.ts";

export interface ShownRows {
  /** Index of the first row that is shown completely. */
  first: number;
  /** Index after the last row that is shown completely. */
  end: number;
  is_exact: boolean;
}

/** Returns an empty text while the list is loading or if it is empty. */
export function positionText({ first, end, is_exact }: ShownRows, total: ListTotal | null): string {
  if (total === null || end === 0) return "";
  const values = { first: formatCount(first + 1), last: formatCount(end), total: totalText(total) };
  return tn(is_exact ? "catalog.position.rows" : "catalog.position.rows_about", end - first, values);
}
