// The statements about rows that are not products of their own: variants of a product, rows of several kinds, translations, and lookup
// tables.
import { z } from "zod";
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../catalog/product-limits.ts";
import { column_name, column_pattern, condition, MAX_STATEMENTS, text, value } from "./value.ts";

const NAME = z.string().min(1).max(100);

export const group = z
  .object({
    by: value.optional().describe("Neighbouring rows with the same value belong together"),
    begins: z
      .union([column_name, condition])
      .optional()
      .describe(
        "A group begins at each row that meets this condition or, if it is a column, at each row with a value in this column",
      ),
    fill: z
      .array(column_pattern)
      .max(MAX_STATEMENTS)
      .optional()
      .describe("Columns whose blank cells take the first value of the column in the group"),
    adds: z
      .array(condition)
      .max(50)
      .optional()
      .describe(
        "Rows that are not products. They only add elements to lists that are read from the whole group (`over: group`)",
      ),
  })
  .strict()
  .refine(({ by, begins }) => (by === undefined) !== (begins === undefined), "Use either `by` or `begins`")
  .describe("Neighbouring rows that belong together, such as the variants of a product");

export const overlay = z
  .object({
    by: column_name.describe("The column that contains the layer of each row, such as a language or a store view"),
    base: z
      .array(text)
      .min(1)
      .max(100)
      .describe(
        "The values of the column `by` that mark a row as the product itself. A row with any other value changes one layer of the product",
      ),
    without_base: z
      .union([z.literal("first"), z.array(text).min(1).max(100)])
      .optional()
      .describe(
        "If none of the first rows of a file has a value of `base`: `first` makes the layer of the first row the base, and a list names other values of base rows. By default, no row is a product then",
      ),
    active_name: z
      .string()
      .min(1)
      .max(MAX_ATTRIBUTE_NAME_CHARACTERS)
      .optional()
      .describe(
        "A value of the field `active` in a layer is stored in the attribute `<active_name>-<layer>`. By default `active`",
      ),
  })
  .strict()
  .describe(
    "Rows that change a product in one layer, such as a language. A value that differs from the product's value becomes the attribute `<name>-<layer>`. A blank cell changes nothing",
  );

export const table = z
  .object({
    record: z
      .string()
      .min(1)
      .max(2000)
      .describe(
        "Path of the elements of the file that are the entries of this lookup table; `.`: each row of the file is an entry",
      ),
    key: value.describe("The key of an entry: the text to look up"),
    value: value.describe("The value of an entry, which a lookup of its key returns"),
    parent: value
      .optional()
      .describe("The key of the parent entry. The value of an entry is then the path from the topmost entry to it"),
    join: text
      .optional()
      .describe(
        "Joins the parts of the path to one text, with this separator. Without a separator, the path is a list",
      ),
  })
  .strict();

export const tables = z.record(NAME, table).describe("Lookup tables that are read from the same file, by name");

export const links = z
  .array(z.object({ children: value.describe("The SKUs of the product's variants") }).strict())
  .max(20)
  .describe("Values with which a product names its variants. A variant gets this product as its parent");

/** The schema of the statement `kinds` of a mapping.
 * @param pairs the schema of the statement `pairs`, which a kind can contain */
export const kindsWith = <Pairs extends z.ZodType>(pairs: Pairs) =>
  z
    .object({
      by: value.describe("The value that contains the kind of a row"),
      when: z
        .record(
          text,
          z
            .object({
              key: value.optional(),
              name: value.optional(),
              description: value.optional(),
              active: value.optional(),
              parent: value.optional(),
              attributes: z.record(z.string().min(1).max(MAX_ATTRIBUTE_NAME_CHARACTERS), value).optional(),
              pairs: pairs.optional(),
            })
            .strict(),
        )
        .refine((kinds) => Object.keys(kinds).length <= 50, "A mapping has at most 50 kinds of rows")
        .describe(
          "The statements of each kind, which replace those of the mapping; `attributes` are added to the attributes of the mapping. Kinds are not case-sensitive",
        ),
      else: z
        .enum(["ignore", "reject"])
        .optional()
        .describe("What happens to a row of another kind; by default, it is rejected"),
    })
    .strict()
    .describe("Rows of several kinds, with statements for each kind");
