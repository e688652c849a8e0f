// The problem that all parts of the workbook reader throw for a damaged or hostile workbook.
import { cutText } from "../../../../contract/faults.ts";
import { Problem } from "../../../../contract/problems.ts";

/** @param fault a sentence that describes what is wrong with the workbook */
export const brokenWorkbook = (fault: string, cause?: unknown): Problem =>
  new Problem(
    "broken-workbook",
    `The workbook cannot be read. ${fault} Open it in a spreadsheet program and save it again.`,
    { cause },
  );

/** Truncates a name for a message: names in a hostile file may have any length. */
export const truncated = (text: string): string => cutText(text, 201);
