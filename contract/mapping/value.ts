// The values of a mapping: where a value comes from, the steps that change it, and the conditions on values.
import { z } from "zod";
import "../wording.ts";
import { FAULTS, MAX_MAP_ENTRIES } from "./mapping-faults.ts";

/** Limits of a mapping. They bound the work for each row of a file. */
export const MAX_STATEMENTS = 500;
const MAX_TEXT = 2000;

export const text = z.string().max(MAX_TEXT);
export const column_name = z.string().min(1).max(MAX_TEXT).describe("Name of a column, not case-sensitive");
/** A column name in which `*` matches any characters and `{n}` matches a number. */
export const column_pattern = z.string().min(1).max(MAX_TEXT);

export const STEPS_OF_ELSE = ["reject", "keep", "blank"] as const;

/** The values that a mapping can take from the group of a row. `first`: the key of the group's first product. `by`: the value by which
 * the rows belong together. The other values are fields of the first product. */
export const GROUP_VALUES = ["first", "by", "name", "description", "active"] as const;
export type GroupValue = (typeof GROUP_VALUES)[number];

export interface MappedValue {
  from?: ValueSource | undefined;
  const?: string | undefined;
  group?: GroupValue | undefined;
  over?: "group" | undefined;
  without?: string[] | undefined;
  if?: Condition | undefined;
  unless?: Condition | undefined;
  join?: string | undefined;
  need?: "all" | undefined;
  all?: boolean | undefined;
  strip_html?: boolean | undefined;
  trim?: boolean | undefined;
  replace?: [string, string][] | undefined;
  case?: "upper" | "lower" | undefined;
  split?: string | undefined;
  like?: string | undefined;
  map?: Record<string, string> | undefined;
  else?: (typeof STEPS_OF_ELSE)[number] | "hold" | undefined;
  number?: string | undefined;
  scale?: number | undefined;
  date?: string | undefined;
  yes_no?: { yes: string[]; no: string[] } | undefined;
  prefix?: string | undefined;
  suffix?: string | undefined;
  lookup?: string | undefined;
  list?: boolean | undefined;
  default?: string | undefined;
}
/** A column, or a list of sources. `join` and `all` use all sources. Without them, the first source that is not blank is used. */
export type ValueSource = string | (string | MappedValue)[];
/** A column, a value with steps, or a list of sources: the first source that is not blank is used. */
export type Value = string | (string | MappedValue)[] | MappedValue;

const condition_of_value: z.ZodType<Condition> = z.lazy(() => condition);

/** The members of a value, in the order in which they are applied. */
export const mapped_value: z.ZodType<MappedValue> = z
  // eslint-disable-next-line max-lines-per-function -- one schema
  .lazy(() =>
    z
      .object({
        from: z
          .union([column_name, sources])
          .optional()
          .describe("A column, or a list of sources: the first source that is not blank is used"),
        const: text.optional().describe("A constant instead of a column"),
        group: z
          .enum(GROUP_VALUES)
          .optional()
          .describe(
            "A value of the row's group instead of a column: `first` is the key of the group's first product, and blank in that product itself; " +
              "`by` is the value by which the rows belong together; `name`, `description` and `active` are the fields of the first product",
          ),
        over: z
          .literal("group")
          .optional()
          .describe("Reads the sources in all rows of the group. With `all`, the values of all rows form one list"),
        without: z
          .array(text)
          .max(50)
          .optional()
          .describe("Values of sources that count as blank. They are not case-sensitive"),
        if: condition_of_value.optional().describe("The value is blank in rows that do not meet this condition"),
        unless: condition_of_value.optional().describe("The value is blank in rows that meet this condition"),
        join: text
          .optional()
          .describe(
            "Joins all sources that are not blank, with this text between them. Without `join`, the first source that is not blank is used",
          ),
        need: z.literal("all").optional().describe("With `join`: the value is blank if one of the sources is blank"),
        all: z
          .boolean()
          .optional()
          .describe(
            "Makes a list of all sources that are not blank, without repeats. A source may be a pattern such as `Image {n}`",
          ),
        strip_html: z
          .boolean()
          .optional()
          .describe("Removes tags, decodes entities, and turns <br> and block elements into line breaks"),
        trim: z
          .boolean()
          .optional()
          .describe("Removes white space at both ends; on by default in keys, numbers and joined values"),
        replace: z
          .array(z.tuple([text.min(1), text]))
          .max(20)
          .optional()
          .describe("Replaces text; each pair is [old, new]"),
        case: z.enum(["upper", "lower"]).optional(),
        split: text
          .min(1)
          .max(8)
          .optional()
          .describe(
            "Splits the text at this separator into a list; the parts are trimmed, and blank parts are left out. A separator after a backslash is part of the value",
          ),
        like: text
          .optional()
          .describe(
            "A template that the whole text must match: literals and placeholders such as `{value:number} {currency:letters}`. A placeholder is `{name}`, `{name:number}`, " +
              "`{name:digits}`, `{name:letters}` or `{*}`; the placeholder `value` becomes the value",
          ),
        map: z
          .record(text, text)
          .refine((map) => Object.keys(map).length <= MAX_MAP_ENTRIES, FAULTS.map)
          .optional()
          .describe("Replaces whole values. The keys are not case-sensitive"),
        else: z
          .enum([...STEPS_OF_ELSE, "hold"])
          .optional()
          .describe(
            "What happens to a text that does not match `like` or is not in `map`: the row is rejected, the text is kept, the value is blank, or the import waits for an answer. " +
              "By default, the row is rejected if the text does not match `like`, and the text is kept if it is not in `map`",
          ),
        number: text
          .optional()
          .describe(
            "A sample number such as `1.234,56`. It shows the decimal separator and the group separator. The value is stored as `1234.56`, with all its digits",
          ),
        scale: z
          .int()
          .min(-12)
          .max(12)
          .optional()
          .describe("Moves the decimal point of the number to the right (or to the left, if negative)"),
        date: text
          .optional()
          .describe("A sample or pattern such as `31.12.2026` or `DD.MM.YYYY`. The value is stored as `2026-12-31`"),
        yes_no: z
          .object({ yes: z.array(text).max(50), no: z.array(text).max(50) })
          .optional()
          .describe("Words for yes and no in addition to the built-in words"),
        prefix: text.optional().describe("Text to put before a value that is not blank"),
        suffix: text.optional(),
        lookup: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .describe(
            "Replaces the text by the value of the table (`tables`) with this name. `else` applies to a text that the table lacks; by default, the text is kept",
          ),
        list: z
          .boolean()
          .optional()
          .describe(
            "`true`: a single text is stored as a list with one element; `false`: only the first element of a list is stored, as a text",
          ),
        default: text.optional().describe("A constant that is used if the value is blank"),
      })
      .strict(),
  )
  .meta({ id: "MappedValue" });
const sources = z
  .array(z.union([column_name, mapped_value]))
  .min(1)
  .max(100)
  .meta({ id: "ValueSources" });
export const value: z.ZodType<Value> = z.union([column_name, sources, mapped_value]).meta({
  id: "Value",
  description: "A column, a value with steps, or a list of sources: the first source that is not blank is used",
});

export interface Condition {
  blank?: string | string[] | undefined;
  of?: Value | undefined;
  is?: string | string[] | undefined;
  not?: string | string[] | undefined;
  like?: string | undefined;
  any?: Condition[] | undefined;
}
export const one_or_many = z.union([text, z.array(text).min(1).max(100)]);
/**
 * A condition on a row. `{blank: …}` is met if all listed columns are blank. `{any: […]}` is met if one of the listed conditions is met.
 * `{of, is}` is met if the value `of` equals one of the texts `is`. `{of, not}` is met if the value equals none of the texts `not`.
 * `{of, like}` is met if the value matches the template `like`. Comparisons are not case-sensitive.
 */
export const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z
      .object({
        blank: z.union([column_name, z.array(column_name).min(1).max(100)]).optional(),
        of: value.optional(),
        is: one_or_many.optional(),
        not: one_or_many.optional(),
        like: text.optional(),
        any: z.array(condition).min(1).max(20).optional(),
      })
      .strict(),
  )
  .meta({ id: "Condition" });
