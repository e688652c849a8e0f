// Which formats are workbooks, and how old workbooks (.xls) begin. Does not import the readers.
import type { Dialect } from "../../../../contract/imports/imports.ts";

/** Whether files of the format contain sheets, whose cells are numbers, dates and texts. */
export const isWorkbook = (format: Dialect["format"]): boolean =>
  format === "xlsx" || format === "xls" || format === "ods";

/** The first bytes of a compound file. Other programs write such files too. */
const COMPOUND = "d0cf11e0a1b11ae1";
/** The first record of a workbook without a container: some programs write such files. */
const BARE = /^0908..00000[56]/;

export const isCompound = (head: Buffer): boolean => head.toString("hex", 0, 8) === COMPOUND;

/** Whether the file is a compound file or a workbook without a container. @param head the first bytes of the file */
export const isXls = (head: Buffer): boolean => isCompound(head) || BARE.test(head.toString("hex", 0, 6));
