// Notices of an import: what users should know about it, apart from the rejected rows.
import { z } from "zod";

/** The kinds of notices, with their meaning. */
export const NOTICES = {
  active_as_attribute:
    "A column is named like the active column, but its values are neither yes nor no; the column is imported as an attribute",
  name_doubtful: "The column that was recognized as the name contains only numbers, addresses or one repeated value",
  damaged_numbers: "Cells contain numbers that a spreadsheet has shortened, such as 4.00638E+12",
  missing_values:
    "Cells contain a word that programs write for a missing value, such as NULL or NaN; the word is stored as text",
  formulas:
    "Cells contain formulas of a spreadsheet, such as =A1*2, instead of their results; the formulas are stored as text",
  guarded_numbers:
    "Cells contain a backtick before a number, which some programs write so that a spreadsheet keeps the number as text",
  wrong_letters: "Cells contain letters that were decoded in a wrong encoding before the file was made",
  encoding_uncertain: "The encoding was detected from a few letters, and another encoding gives different letters",
  short_rows: "Rows have fewer cells than the header; the missing cells at their end are read as blank",
  second_table: "The values below a blank line are of different kinds from those above; a second table may begin there",
  repeated_column:
    "Several columns have the same name; all but the first become attributes whose names end with a number",
  look_alikes:
    "SKUs or column names contain characters that look like other characters; names that look equal may differ",
  date_skus: "SKUs look like dates; a spreadsheet may have converted other codes to dates",
  total_rows: "The SKU of a row is a word for a total",
  unknown_value: "A value map does not contain the value; the value was kept",
  new_column: "The file has a column that the profile does not know",
  other_sheets: "Sheets of the workbook that were not imported have a SKU column too",
  next_members: "Further tables of the zip file are imported after this one, each by an import of its own",
  other_members: "Further tables of the zip file are not imported",
  missing_column: "The file lacks a column that the profile uses",
  renamed_column: "A column of the profile is missing, and a new column has a similar name",
  rows_grouped: "Several rows belong to one product or group",
  group_repeated: "The rows of a group are not neighbours, so they were read as several groups",
  profiles_tied: "Several profiles fit the columns equally well, so none was used",
} as const;
export type NoticeCode = keyof typeof NOTICES;

export const notice = z
  .object({
    code: z.enum(Object.keys(NOTICES) as [NoticeCode, ...NoticeCode[]]),
    message: z.string().describe("A full sentence"),
    column: z.string().nullable().describe("Name of the column; null if the notice is not about one column"),
    count: z.int().min(0).nullable().describe("Number of rows that the notice is about, if known"),
    values: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe("The other values that `message` contains, for clients that translate notices"),
  })
  .meta({ id: "ImportNotice" });
export type Notice = z.infer<typeof notice>;
