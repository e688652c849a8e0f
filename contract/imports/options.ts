// The options of an import, as JSON and as strings.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { dialect, type Dialect } from "./dialect.ts";
import { findMarkConflict, MAX_PREAMBLE_LINES } from "./dialect-rules.ts";
import { encodingOf, ENCODINGS, unknownEncoding } from "./import-names.ts";
import { mapping } from "../mapping/mapping.ts";
import { MAX_PROFILE_NAME_CHARACTERS } from "../profiles/profile-names.ts";
import { mapping_text } from "../mapping/mapping-text.ts";

export const MODES = ["upsert", "create", "update"] as const;
export const REPEATS = ["last", "first", "reject"] as const;
export const REVIEWS = ["never", "unknown", "always"] as const;

const sheet_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

/** A name in a zip file has up to 65,535 bytes. */
const member_name = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

const column_option = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

const profile_option = z
  .string()
  .trim()
  .min(1)
  .max(MAX_PROFILE_NAME_CHARACTERS)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

/** Options given by the client; omitted properties of the file are detected. */
export const import_options = z
  .object({
    mode: z
      .enum(MODES)
      .describe(
        "`upsert` creates and changes products, `create` never changes existing products, `update` never creates " +
          "products",
      ),
    repeats: z
      .enum(REPEATS)
      .describe(
        "Which row to apply if several rows have the same SKU; `reject` applies the first row and rejects the other rows",
      ),
    strict: z.boolean().describe("Whether the import fails without any change if a row is rejected"),
    active: z.boolean().describe("Whether new products are active if the file does not specify it"),
    encoding: dialect.shape.encoding.optional(),
    delimiter: dialect.shape.delimiter.optional(),
    quote: dialect.shape.quote.optional(),
    escape: dialect.shape.escape.optional(),
    header: dialect.shape.header.optional(),
    preamble: dialect.shape.preamble.max(MAX_PREAMBLE_LINES).optional(),
    formula_escape: dialect.shape.formula_escape.optional(),
    sheet: sheet_name
      .optional()
      .describe(
        "Name of the only sheet to import. By default, the sheet whose header fits best and all visible sheets with " +
          "the same header are imported",
      ),
    member: member_name
      .optional()
      .describe(
        "For zip files: name of the only file in it to import. By default, all tables with a SKU column are imported, one after another",
      ),
    key: column_option
      .optional()
      .describe("Name of the column with the SKUs, not case-sensitive. By default, Skuport recognizes the column"),
    name: column_option
      .optional()
      .describe(
        "Name of the column with the product names, not case-sensitive. By default, Skuport recognizes the column",
      ),
    profile: profile_option
      .optional()
      .describe(
        "Name of the profile to use, not case-sensitive. By default, the profile whose columns fit best is used, if there is one; " +
          "`none` uses no profile",
      ),
    on_new_column: mapping.shape.on_new_column.describe(
      "What happens to columns that the profile does not know: they become attributes, are ignored, or the import waits for an " +
        "answer; default: the value in the profile, or `attribute`",
    ),
    on_missing_column: mapping.shape.on_missing_column.describe(
      "What happens if the file lacks columns of the profile: their values stay unchanged, or the import waits for an answer; " +
        "default: the value in the profile, or `keep`",
    ),
    review: z
      .enum(REVIEWS)
      .optional()
      .describe(
        "Whether the import waits for a review of its columns once the file has been scanned and before anything is written. `always`: " +
          "it waits; `unknown`: it waits unless a profile applies, the client has given a mapping or a key, or the columns of the SKU and " +
          "the name have high confidence; `never` (default): it does not wait",
      ),
    mapping: mapping
      .optional()
      .describe(
        "How the columns become the values of products. The options `key` and `name` override the members of the same names in the mapping",
      ),
  })
  .meta({ id: "ImportOptions" });
export type ImportOptions = z.infer<typeof import_options>;

/** The options of `import_options` as query parameters, form fields or command-line options, where every value is a string. */
export const import_query = import_options
  .extend({
    mode: import_options.shape.mode
      .optional()
      .describe(`${import_options.shape.mode.description ?? ""}; default: the value in the mapping, or \`upsert\``),
    repeats: import_options.shape.repeats
      .optional()
      .describe(`${import_options.shape.repeats.description ?? ""}; default: the value in the mapping, or \`last\``),
    strict: boolean_parameter
      .default(false)
      .describe(`${import_options.shape.strict.description ?? ""}; default false`),
    active: boolean_parameter.default(true).describe(`${import_options.shape.active.description ?? ""}; default true`),
    header: boolean_parameter.optional().describe(dialect.shape.header.description ?? ""),
    encoding: z
      .preprocess(
        (label: string | undefined) => (label === undefined ? undefined : (encodingOf(label) ?? label)),
        z.enum(ENCODINGS, { error: ({ input }) => unknownEncoding(String(input)) }),
      )
      .optional()
      .describe(
        "WHATWG label of one of these encodings, such as `latin1`; not case-sensitive. Without this option, the charset of the " +
          "content type applies; without a charset, Skuport detects the encoding",
      ),
    preamble: z
      .preprocess(
        // Number() would turn an empty string into 0.
        (lines: string | number | undefined) =>
          typeof lines === "string" ? (/^\d+$/.test(lines) ? Number(lines) : Number.NaN) : lines,
        z.int("Enter the number of lines in digits.").min(0).max(MAX_PREAMBLE_LINES),
      )
      .optional()
      .describe(dialect.shape.preamble.description ?? ""),
    formula_escape: boolean_parameter.optional().describe(dialect.shape.formula_escape.description ?? ""),
    mapping: mapping_text
      .optional()
      .meta({ description: `${import_options.shape.mapping.description ?? ""}; a JSON text`, type: "string" }),
  })
  .strict()
  .superRefine((options, context) => {
    const conflict = findMarkConflict(options);
    if (conflict !== undefined)
      context.addIssue({ code: "custom", path: [conflict.option], message: conflict.message });
  });
/** The options as a client gives them: without the defaults that depend on the mapping. */
export type GivenOptions = z.infer<typeof import_query>;

/** Returns all options of an import. If the client omitted `mode` or `repeats`, the value comes from the mapping or is the default. */
export const completeOptions = (given: GivenOptions): ImportOptions => ({
  ...given,
  mode: given.mode ?? given.mapping?.mode ?? "upsert",
  repeats: given.repeats ?? repeatsOf(given.mapping) ?? "last",
});

/** Returns the value for the import option `repeats`, which does not know `merge`. After a merge, no two rows have the same SKU, so the
 * option has no effect: use its default. */
const repeatsOf = (mapping: GivenOptions["mapping"]): ImportOptions["repeats"] | undefined =>
  mapping?.repeats === "merge" ? undefined : mapping?.repeats;

/** The elements of an XML or JSON file that a mapping reads. */
export interface TreeRequest {
  /** The names from an outer element down to the record, such as `channel/item`. Detected if undefined. */
  record?: string | undefined;
  /** Whether each line of the file is a record, even if the file has only one line. */
  is_lines?: boolean;
  /** The path, within a record, of the elements that become rows. */
  each?: string | undefined;
  /** The paths whose values the mapping reads. */
  paths: readonly string[];
  /** The paths of the elements that the statement `pairs` reads. Each path becomes a column. A cell of this column contains all these
   * elements of a record, as a JSON array of objects. */
  objects: readonly string[];
  /** Whether paths that the mapping does not name become columns too. */
  keeps: boolean;
  /** Lookup tables, whose entries are elements of the file that do not belong to a record. */
  tables?: readonly TableRequest[];
}

/** A lookup table. Its entries are elements of the file that do not belong to a record. All members except `name` are paths. */
export interface TableRequest {
  name: string;
  record: string;
  key: string;
  value: string;
  parent?: string;
}

export type DialectOverrides = Partial<
  Pick<Dialect, "encoding" | "delimiter" | "quote" | "escape" | "header" | "preamble" | "formula_escape"> & {
    sheet: string;
    /** The only file of a zip file to read. */
    member: string;
    /** The tables of a zip file, as an earlier scan has chosen them. */
    members: NonNullable<Dialect["members"]>;
    /** Numbers of the lines with the column names, in ascending order. Names of a column in several lines are joined by a space. */
    header_at: readonly number[];
    /** Number of the first line of data, if it is not the line below the header. */
    header_data: number;
    /** Column names of a file without a header. */
    header_names: readonly string[];
    /** The elements of an XML or JSON file that the mapping reads. */
    tree: TreeRequest;
    /** Whether the end-of-file mark of DOS is a record, because the mapping ignores records of unknown kinds. */
    keeps_mark: boolean;
  }
>;

/** Schema of a file name. It excludes NUL, because PostgreSQL text cannot contain it. */
export const file_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");
