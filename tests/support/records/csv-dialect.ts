import type { Dialect } from "../../../contract/imports/imports.ts";

/** Comma-separated values in UTF-8, with a header. */
export const CSV: Dialect = {
  format: "text",
  encoding: "utf-8",
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "lf",
  header: true,
  preamble: 0,
  formula_escape: false,
};

/** The dialect `CSV`, for files without a header. */
export const CSV_WITHOUT_HEADER: Dialect = { ...CSV, header: false };
