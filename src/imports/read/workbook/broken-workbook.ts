// The problem that a workbook's parts have in common.
import { Problem } from "../../../../contract/problems.ts";

/** @param what is wrong, as a sentence */
export const brokenWorkbook = (what: string, cause?: unknown): Problem =>
  new Problem(
    "broken-workbook",
    `The workbook cannot be read. ${what} Open it in a spreadsheet program and save it anew.`,
    { cause },
  );

/** Names in a hostile file may have any length. */
export const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
