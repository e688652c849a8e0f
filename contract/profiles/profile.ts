// A profile: a mapping with a name, the columns by which it is recognized, and tests.
import { z } from "zod";
import { MAX_SKU_CHARACTERS } from "../catalog/product-limits.ts";
import { FAULTS } from "../mapping/mapping-faults.ts";
import { mapping } from "../mapping/mapping.ts";
import { holdsStorable, isStorable, NOT_STORABLE } from "../stored-text.ts";
import {
  MAX_EXPECTED_PRODUCTS,
  MAX_PROFILE_NAME_CHARACTERS,
  MAX_PROFILE_TESTS,
  MAX_TEST_INPUT,
  NO_PROFILE,
} from "./profile-names.ts";

export const profile_name = z
  .string()
  .trim()
  .min(1, FAULTS.profile_name)
  .max(MAX_PROFILE_NAME_CHARACTERS, FAULTS.profile_name)
  .refine((name) => isStorable(name) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name), FAULTS.profile_name)
  .refine((name) => name.toLowerCase() !== NO_PROFILE && !/^\.+$/.test(name), FAULTS.reserved_name);

/** Characters that file names or URLs cannot contain. Only new names are checked; existing profiles keep their names. */
const UNFIT = /[/\\?*:"<>|]/;

/** The name of a profile that is created or renamed. */
export const new_profile_name = profile_name.refine((name) => !UNFIT.test(name), FAULTS.new_name);

const column_name = z.string().min(1).max(2000);

export const detect = z
  .object({
    columns: z
      .array(column_name)
      .min(1)
      .max(200)
      .optional()
      .describe("Column names by which a file of this kind is recognized"),
    need: z.int().min(1).max(200).optional().describe("Minimum number of the `columns` that a file must have"),
    root: column_name.optional().describe("Instead of `columns`: the name of the root element of an XML file"),
    namespace: column_name.optional().describe("With `root`: a namespace that the root element must declare"),
    contains: column_name
      .optional()
      .describe("With `root`: the name of an element that must occur in the first part of the file"),
  })
  .strict()
  .refine(
    ({ columns, need, root }) =>
      root === undefined ? columns !== undefined && need !== undefined : (columns ?? need) === undefined,
    { message: "Use either `columns` and `need`, or `root`" },
  )
  .refine(({ root, namespace, contains }) => root !== undefined || (namespace ?? contains) === undefined, {
    message: "`namespace` and `contains` need `root`",
  })
  .refine(({ columns = [], need = 0 }) => need <= columns.length, {
    path: ["need"],
    message: FAULTS.need,
  })
  .describe(
    "The columns, or the root element, by which Skuport recognizes files for this profile. Without `detect`, it compares the columns of a file with the columns that the mapping uses",
  );

const expected_product = z
  .object({
    sku: z.string().max(MAX_SKU_CHARACTERS),
    name: z.string().optional(),
    description: z.string().optional(),
    active: z.boolean().optional(),
    parent_sku: z.string().optional(),
    attributes: z
      .record(z.string(), z.union([z.string(), z.array(z.string()).max(1000)]))
      .optional()
      .describe("All attributes of the product"),
  })
  .strict()
  .describe("A product as it would be stored. Members that are not given are not compared");

export const test_input = z.string().min(1).max(MAX_TEST_INPUT).describe("Content of a small file, with its header");
export const profile_test = z
  .object({
    name: z.string().min(1).max(200).optional(),
    input: test_input,
    expected: z
      .array(expected_product)
      .max(MAX_EXPECTED_PRODUCTS)
      .describe("The products that the test expects the profile to make from the input, in any order"),
    rejects: z
      .array(z.object({ line: z.int().min(1), code: z.string().max(100).optional() }).strict())
      .max(MAX_EXPECTED_PRODUCTS)
      .optional()
      .describe("The rows that the test expects to be rejected; by default, no row"),
    ignored: z
      .int()
      .min(0)
      .optional()
      .describe("Number of ignored rows that the test expects; if it is omitted, the test accepts any number"),
    adds: z
      .int()
      .min(0)
      .optional()
      .describe(
        "Number of rows that only add values to other rows' products; if it is omitted, the test accepts any number",
      ),
    deleted: z
      .int()
      .min(0)
      .optional()
      .describe("Number of rows that delete their products; if it is omitted, the test accepts any number"),
  })
  .strict();
export type ProfileTest = z.infer<typeof profile_test>;

export const profile_definition = z
  .object({
    profile: profile_name.optional().describe("The name of the profile, as in the URL"),
    detect: detect.optional(),
    ...mapping.shape,
    tests: z.array(profile_test).max(MAX_PROFILE_TESTS).optional(),
  })
  .strict()
  .refine(holdsStorable, NOT_STORABLE)
  .meta({ id: "ProfileDefinition" });
export type ProfileDefinition = z.infer<typeof profile_definition>;
