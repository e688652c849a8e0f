// The wire of exporting the catalogue: products as a file.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { endpoint } from "../endpoint.ts";
import { problem_document } from "../problem-document.ts";
import { filterWith } from "./product-filter.ts";
import { product_sort } from "./products.ts";

/** Each with the media type of its file. */
export const EXPORT_FORMATS = {
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  jsonl: "application/x-ndjson",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;
export const export_format = z.enum(Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]);

/** Which products, and how the file is written. */
export const export_query = filterWith({
  sort: product_sort,
  format: export_format.default("csv"),
  spreadsheet: boolean_parameter
    .default(false)
    .describe(
      "CSV and TSV for a spreadsheet program: a byte order mark, CRLF, and an apostrophe before cells that the program " +
        "would run (=, +, -, @, tab or CR at their start), which an import takes off again",
    ),
  gzip: boolean_parameter.default(false).describe("A file that is compressed; an import takes it as it is"),
});
export type ExportOptions = z.output<typeof export_query>;

export const export_products = endpoint({
  method: "GET",
  url: "/api/products/export",
  access: "viewer",
  schema: {
    operationId: "export_products",
    summary: "Products as a file: CSV, TSV, JSON Lines or XLSX",
    description:
      "All of one moment, however long the download takes. CSV, TSV and XLSX have a column for each attribute that any of " +
      "the products has; importing them changes nothing. JSON Lines has a product a line, as the API shows it.",
    tags: ["products"],
    querystring: export_query,
    answer_type: [...Object.values(EXPORT_FORMATS), "application/gzip"],
    response: {
      200: z.string(),
      400: problem_document,
      422: problem_document,
      429: problem_document,
    },
  },
});
