// The mapping language: how the columns of a file become the values of products. A mapping is data: it contains no scripts and no
// regular expressions, so applying it to a file takes linear time. A profile is a mapping with a name.
import { z } from "zod";
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../catalog/product-limits.ts";
import { group, kindsWith, links, overlay, tables } from "./shape.ts";
import { text, column_name, column_pattern, MAX_STATEMENTS, value, mapped_value, condition } from "./value.ts";

export type { Condition, MappedValue, Value } from "./value.ts";

const columns_option = z.union([z.boolean(), z.array(column_pattern).max(MAX_STATEMENTS)]);

/** Attributes whose names are in the cells of the rows instead of the header: in numbered columns (`each`), or as `a=b,c=d`
 * in the cells of one column (`in`). */
const pair = z
  .object({
    each: column_pattern
      .optional()
      .describe(
        "A column pattern such as `Attribute {n} name`. Each matching column makes one pair: the name and the value of an attribute",
      ),
    name: value.optional().describe("The attribute's name"),
    value: value.optional(),
    unit: value.optional().describe("The unit of the value. It is stored as the attribute `<name>-unit`"),
    in: column_name
      .optional()
      .describe("A column whose cells contain several pairs, each with the name and the value of an attribute"),
    split: text
      .min(1)
      .max(8)
      .optional()
      .describe(
        "Separator between the pairs of a cell. It does not separate pairs within double quotes around a value or a pair",
      ),
    pair: text
      .min(1)
      .max(8)
      .optional()
      .describe(
        "Text between the name and the value of a pair, such as `=`. If it is missing between two separators, the text there is appended to the previous pair's value",
      ),
    like: text.optional().describe("Template of one pair, such as `{name}:{value}:{*}`"),
    without: z
      .array(text)
      .max(50)
      .optional()
      .describe("Values to leave out: a pair with one of these values makes no attribute"),
    list: z.boolean().optional(),
  })
  .strict();

const pairs = z.array(pair).max(50);

export const mapping = z
  .object({
    file: z
      .object({
        encoding: z.string().max(40).optional(),
        delimiter: z.string().min(1).max(8).optional(),
        quote: z.string().max(1).optional(),
        sheet: z.string().min(1).max(255).optional(),
        kind: z
          .enum(["text", "workbook", "html", "xml", "json", "jsonl", "parquet"])
          .optional()
          .describe(
            "Kind of the file. With `xml`, `json`, `jsonl` or `parquet`, names of columns are paths in a record, and only values directly below the record become attributes unless `keep` lists others",
          ),
        record: text
          .optional()
          .describe(
            "Path of the records of an XML or JSON file, from an outer element to the record, such as `channel/item` or `data/products/*`",
          ),
        each: text
          .min(1)
          .optional()
          .describe(
            "Path, within a record, of the elements that each become a product, such as `variants/*`. Several paths are separated by `|`",
          ),
        header: z
          .object({
            at: z
              .union([z.int().min(1), z.array(z.int().min(1)).min(1).max(5)])
              .optional()
              .describe("Line of the column names, or several lines whose names are joined by a space"),
            data: z.int().min(1).optional().describe("First line of data, if it is not the line below the header"),
            names: z.array(text).max(2000).optional().describe("Column names for a file that has no header"),
          })
          .strict()
          .optional(),
      })
      .strict()
      .optional()
      .describe("Known properties of the file. The other properties are detected"),
    ignore: z.array(condition).max(50).optional().describe("Rows that are not products. They are counted and listed"),
    delete_when: condition
      .optional()
      .describe(
        "Rows that delete their product. Only the key of such a row is read. If the product does not exist, nothing changes",
      ),
    key: value.describe("The SKU or, with `match`, the value by which the product is found"),
    other_keys: z
      .record(z.string().min(1).max(100), value)
      .refine((keys) => Object.keys(keys).length <= 10, "At most 10 other keys are allowed")
      .optional()
      .describe(
        "Other values that can be the key, by names. With a profile whose key is blank in all first rows of a file, the user chooses one of them",
      ),
    match: z
      .object({
        attribute: z.string().min(1).max(MAX_ATTRIBUTE_NAME_CHARACTERS),
        as: z
          .enum(["text", "gtin"])
          .optional()
          .describe(
            "`gtin`: compares values as GTINs, which have 8, 12, 13 or 14 digits and a valid check digit, and are padded to 14 digits",
          ),
        none: z
          .enum(["reject", "create"])
          .optional()
          .describe(
            "What happens if no product has the value; with `create`, the value becomes the SKU of a new product",
          ),
      })
      .strict()
      .optional()
      .describe("Finds products by this attribute of the catalogue instead of the SKU"),
    mode: z.enum(["upsert", "create", "update"]).optional(),
    repeats: z
      .enum(["last", "first", "reject", "merge"])
      .optional()
      .describe(
        "Which of several rows with the same SKU is applied. With `merge`, later rows add to the product of the first one",
      ),
    name: value.optional(),
    description: value.optional(),
    active: value.optional(),
    parent: value.optional().describe("The SKU of the parent, which need not exist"),
    attributes: z
      .record(z.string().min(1).max(MAX_ATTRIBUTE_NAME_CHARACTERS), value)
      .optional()
      .describe(
        "Attributes by name. A name may contain, in braces, columns and placeholders of the value's template: `price-{currency}`",
      ),
    keep: columns_option
      .optional()
      .describe(
        "The columns that become attributes under their own names: a list of columns, `true` for all (the default), or `false` for none. Columns that another statement uses are excluded",
      ),
    drop: z.array(column_pattern).max(MAX_STATEMENTS).optional().describe("Columns that are not imported"),
    also: z
      .array(column_pattern)
      .max(MAX_STATEMENTS)
      .optional()
      .describe("Columns that become attributes under their own names even if another statement uses them"),
    rename: z
      .record(text, z.string().min(1).max(MAX_ATTRIBUTE_NAME_CHARACTERS))
      .optional()
      .describe(
        "Attribute names for columns that would become attributes under their own names: { column or template: attribute }",
      ),
    split: z
      .record(z.string().min(1).max(8), z.array(column_pattern).max(MAX_STATEMENTS))
      .optional()
      .describe(
        "Splits the cells of columns that become attributes under their own names into lists: { separator: columns }",
      ),
    format: z
      .record(column_pattern, mapped_value)
      .optional()
      .describe(
        "Steps for the values of columns that become attributes under their own names: { column: value with steps }",
      ),
    pairs: pairs.optional(),
    group: group.optional(),
    kinds: kindsWith(pairs).optional(),
    overlay: overlay.optional(),
    tables: tables.optional(),
    links: links.optional(),
    blank: z
      .object({
        remove: z.array(column_pattern).max(MAX_STATEMENTS).optional(),
        reject: z.array(column_pattern).max(MAX_STATEMENTS).optional(),
      })
      .strict()
      .optional()
      .describe(
        "`remove`: columns in which a blank cell removes the product's value (but never its name); `reject`: columns in which a blank cell rejects the row. In other columns, blank cells change nothing",
      ),
    empty: z
      .array(text.min(1))
      .max(20)
      .optional()
      .describe("Texts of cells that erase the stored value, such as `__EMPTY__VALUE__`"),
    on_new_column: z.enum(["attribute", "ignore", "hold"]).optional(),
    on_missing_column: z.enum(["keep", "hold"]).optional(),
  })
  .strict()
  .meta({ id: "Mapping" });
export type Mapping = z.infer<typeof mapping>;
