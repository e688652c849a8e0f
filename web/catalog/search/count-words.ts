// Formats product counts that may be lower bounds.
import { formatCount } from "../../ui/format.ts";

export interface Total {
  value: number;
  is_exact: boolean;
}

/** Appends "+" to the count in the text if the count is only a lower bound: "Delete 601 products" becomes "Delete 601+ products". */
export const atLeast = (text: string, { value, is_exact }: Total): string =>
  is_exact ? text : text.replace(formatCount(value), `${formatCount(value)}+`);
