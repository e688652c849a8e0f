// The format of an imported file, and its columns.
import { z } from "zod";
import { MAX_DELIMITER_CHARACTERS } from "./dialect-rules.ts";
import { ENCODINGS } from "./import-names.ts";

export const LINE_ENDINGS = ["lf", "crlf", "cr", "mixed", "row"] as const;
export const REWRITINGS = ["quoted_lines", "curly_quotes"] as const;
export const FORMATS = [
  "text",
  "gzip",
  "zstd",
  "bzip2",
  "xz",
  "zip",
  "xlsx",
  "xls",
  "ods",
  "html",
  "markdown",
  "xml",
  "json",
  "jsonl",
  "parquet",
] as const;

const one_ascii = z.string().regex(/^[\x20-\x7e]?$/, "Use one printable ASCII character, or none");

/** An encoding in which a file may be written. */
const encoding_choice = z.object({
  encoding: z.enum(ENCODINGS),
  samples: z.array(z.string()).describe("Up to three lines of the file in this encoding"),
});

/**
 * The format of the file. If `escape` equals `quote`, a quote is escaped by doubling it. If `escape` is an empty string, quotes cannot be
 * escaped.
 */
export const dialect = z
  .object({
    format: z
      .enum(FORMATS)
      .describe(
        "Format of the file, detected from its content, not its name. `text`: delimited text (CSV, TSV). `gzip`, " +
          "`zstd`, `bzip2`, `xz`: a compressed file. `zip`: a zip file with tables. `xlsx`, `xls`: an Excel workbook, the latter of Excel 5 to 2003. `ods`: an " +
          "OpenDocument spreadsheet (.ods or .fods). `html`: the table of a web page, even if the file name ends with .xls. `markdown`: a table in " +
          "Markdown. `xml`, `json`, `jsonl`, `parquet`: records in XML, JSON, JSON Lines or Parquet",
      ),
    tree: z
      .object({
        record: z
          .string()
          .nullable()
          .describe(
            "Path of the records: the names of the elements or members from the outside to the record, separated by `/`, with `*` for the " +
              "elements of a JSON array; empty if each value of the file is a record, as in JSON Lines and Parquet",
          ),
        root: z.string().nullable().describe("Name of the root element of an XML file"),
        namespaces: z.array(z.string()).describe("Namespaces that the root element declares"),
        elements: z.array(z.string()).describe("Names of elements or members in the first part of the file"),
        lists: z
          .array(z.string())
          .optional()
          .describe(
            "Paths from a record to the elements of its lists, such as `variants/*` in JSON and `variant` in XML, in the first part of the file. " +
              "A mapping can make a product of each element with `file.each`",
          ),
        similar_lists: z
          .array(z.string())
          .optional()
          .describe(
            "Paths of other lists in a JSON file whose elements have mostly the same members as the records, such as `men/*` beside `women/*`. " +
              "If a path with `*` in place of names leads to the elements of exactly these lists and to the records, it is the first one",
          ),
      })
      .optional()
      .describe("Structure of an XML, JSON or Parquet file; missing for other files"),
    sheets: z
      .array(
        z.object({
          name: z.string(),
          read: z.boolean(),
          hidden: z.boolean().optional(),
          has_sku: z.boolean().optional(),
        }),
      )
      .optional()
      .describe(
        "Sheets of the workbook. `read` shows whether the rows of a sheet are imported, `hidden` whether the sheet is " +
          "hidden, and `has_sku` whether its header names a SKU column. `has_sku` is missing if the sheet was not inspected. " +
          "By default, the sheet whose header fits best and all visible sheets with the same header are imported",
      ),
    members: z
      .array(
        z.object({
          name: z.string().describe("Name of the file in the zip file"),
          read: z.boolean(),
          order: z
            .int()
            .min(0)
            .optional()
            .describe(
              "0 for the tables of this import, 1 for those of the next import; missing if the table is not imported",
            ),
          has_sku: z.boolean().optional(),
          has_name: z.boolean().optional(),
          first_line: z
            .int()
            .optional()
            .describe(
              "If several files are read as one table: number of the first line of this file, counted through the lines of all these files",
            ),
          skipped_lines: z
            .int()
            .optional()
            .describe(
              "Number of lines at the beginning of this file, such as its header, that have no line number of the import",
            ),
        }),
      )
      .optional()
      .describe(
        "Tables of a zip file with several tables. `read` shows whether the table is part of this import. Tables with the same header are " +
          "read as one table. Each other table with a SKU column is imported by an import of its own, which starts when the import before " +
          "it is done; `order` is its position. `has_sku` and `has_name` show whether the header names these columns",
      ),
    encoding: z.enum(ENCODINGS),
    encoding_alternatives: z
      .array(encoding_choice)
      .optional()
      .describe(
        "Other encodings in which the file would read differently, most probable first; present only if the encoding was detected by the letters of the text",
      ),
    delimiter: z
      .string()
      .min(1)
      .max(MAX_DELIMITER_CHARACTERS)
      .regex(/^[^\0\r\n]*$/, "A delimiter cannot contain a line end or NUL")
      .describe("Delimiter between two fields, one to eight characters"),
    quote: one_ascii.describe("Quote character (ASCII); an empty string = fields are not quoted"),
    escape: one_ascii.describe(
      "Character that escapes a quote inside a quoted field: the quote itself (a doubled quote) or a backslash; an " +
        "empty string = quotes cannot be escaped",
    ),
    escapes_itself: z
      .boolean()
      .optional()
      .describe(
        "`false` if a backslash escapes only quotes, and any other backslash, even a doubled one, is an ordinary character",
      ),
    padded: z
      .literal(true)
      .optional()
      .describe("Present if the cells of the file are padded with spaces or tabs, which are not part of the values"),
    rewritten: z
      .enum(REWRITINGS)
      .optional()
      .describe(
        "How the quotes of the file were rewritten before reading it; missing for most files. `quoted_lines`: each line was " +
          'enclosed in quotes, which were removed. `curly_quotes`: fields were enclosed in typographic quotes, which were replaced with `"`',
      ),
    line_ending: z
      .enum(LINE_ENDINGS)
      .describe("Line ending of the file; `row` for workbooks, where row numbers are used as line numbers"),
    header: z.boolean().describe("Whether the first record contains the column names"),
    preamble: z
      .int()
      .min(0)
      .describe("Number of lines to skip before the header, or before the first record if there is no header"),
    formula_escape: z
      .boolean()
      .describe("Whether to remove an apostrophe before =, +, -, @, tab or CR at the start of a cell"),
  })
  .meta({ id: "Dialect" });
export type Dialect = z.infer<typeof dialect>;

/** The place of a line in the files of a zip file that are read as one table. */
export interface MemberPlace {
  /** Name of the file in the zip file. */
  name: string;
  /** Line of that file, from 1. */
  line: number;
}

/** @returns undefined unless the import has read several files as one table */
export function memberPlace(dialect: Pick<Dialect, "members"> | null, line: number): MemberPlace | undefined {
  let found: MemberPlace | undefined;
  for (const { name, first_line, skipped_lines = 0 } of dialect?.members ?? [])
    if (first_line !== undefined && first_line <= line) found = { name, line: line - first_line + 1 + skipped_lines };
  return found;
}

export const COLUMN_TARGETS = [
  "sku",
  "name",
  "description",
  "active",
  "parent_sku",
  "attribute",
  "used",
  "ignored",
] as const;
export const column_target = z.enum(COLUMN_TARGETS);

/** A column of the file. With the target `attribute`, its values are stored as the attribute `attribute`, or `name` if
 * `attribute` is missing. With the target `used`, the column is not copied, but the values in `used_for` are computed from it. With the
 * target `ignored`, the column is not imported. */
export const column = z
  .object({
    name: z.string(),
    target: column_target,
    attribute: z.string().optional().describe("Name of the attribute, if it differs from the name of the column"),
    blank: z
      .enum(["keep", "remove"])
      .optional()
      .describe("Whether a blank cell keeps the product's value of the attribute or removes it; `remove` by default"),
    is_list: z
      .boolean()
      .optional()
      .describe(
        "True if the name ends with `[]`: a cell that begins with `[` or a quote contains JSON, a list of strings or a string",
      ),
    used_for: z
      .array(z.string())
      .optional()
      .describe(
        "What the mapping computes from the column: names of fields such as `sku`, and names or name templates of attributes; `attributes` " +
          "if the statement `pairs` uses the column. Missing if the mapping computes nothing from the column",
      ),
    remembered: z
      .boolean()
      .optional()
      .describe(
        "True if the column has this target because of a choice that was made for an earlier import (`GET /api/column-choices`)",
      ),
  })
  .meta({ id: "Column" });
export type Column = z.infer<typeof column>;
