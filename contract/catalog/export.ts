// Endpoint of the export: products as a file.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { endpoint } from "../endpoint.ts";
import { problem_document } from "../problem-document.ts";
import { filterWith } from "./product-filter.ts";
import { product_sort } from "./products.ts";

/** Formats and their media types. */
export const EXPORT_FORMATS = {
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  jsonl: "application/x-ndjson",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;
export const export_format = z.enum(Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]);

/** Selection of products, and options of the file. */
export const export_query = filterWith({
  sort: product_sort,
  format: export_format.default("csv"),
  spreadsheet: boolean_parameter
    .default(false)
    .describe(
      "Write CSV or TSV for a spreadsheet program: with a byte order mark, CRLF line ends, and an apostrophe " +
        "before each cell that the program could run as a formula (=, +, -, @, tab or CR at the start). An import " +
        "removes these apostrophes",
    ),
  gzip: boolean_parameter
    .default(false)
    .describe("Whether to compress the file with gzip; an import accepts the compressed file"),
});
export type ExportOptions = z.output<typeof export_query>;

export const export_products = endpoint({
  method: "GET",
  url: "/api/products/export",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "export_products",
    summary: "Export products as CSV, TSV, JSON Lines or XLSX",
    description:
      "The export is a snapshot of one moment. A CSV, TSV or XLSX file has a column for each attribute of the " +
      "exported products; importing the file changes nothing. A JSON Lines file has one product per line, in the " +
      "format of the API.",
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
