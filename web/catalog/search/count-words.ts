// Formats product counts that may be lower bounds.
import { formatCount } from "../../ui/format.ts";

export interface Total {
  value: number;
  is_exact: boolean;
}

/** Replaces "601" by "601+" in the text if more products may match. */
export const atLeast = (text: string, { value, is_exact }: Total): string =>
  is_exact ? text : text.replace(formatCount(value), `${formatCount(value)}+`);
