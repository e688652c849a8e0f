// The rules by which a scanner decides about rows.
import type { MappingPlan } from "../../mapping/plan.ts";
import type { ActiveWatch } from "../../read/columns/judge-active.ts";
import type { Table } from "../../read/read-records.ts";

export interface ScanRules {
  repeats: "last" | "first" | "reject";
  /** The cells of the header, which may be repeated among the rows; undefined if the file has no header. */
  header?: readonly string[] | undefined;
  /** The cells of the first rows. They show which numbers mean yes or no in the column of the field `active`. */
  sample?: readonly (readonly string[])[] | undefined;
  /** Checks the column that detection has chosen for the field `active`; undefined if detection has chosen none. */
  active_watch?: ActiveWatch | undefined;
  /** The plan of the mapping, if values are computed. */
  plan?: MappingPlan | null;
  /** Maximum number of records in a chunk, for tests that need many chunks. */
  chunk_records?: number | undefined;
  /** Maximum number of listed rejects. Further rejects are only counted. */
  listed_rejects?: number | undefined;
  /** Number of bytes of the text, if known. The scanner then allocates memory for all keys in advance. */
  text_size?: number | undefined;
  /** Number of keys to collect in `first_keys`. */
  first_keys?: number | undefined;
}

/** Returns those rules of the scanner that come from the table and the mapping. */
export const rulesOf = ({
  header,
  rows,
  plan,
}: Pick<Table, "header" | "rows"> & { plan: MappingPlan | null }): Pick<ScanRules, "header" | "sample" | "plan"> => ({
  header,
  sample: rows,
  plan,
});
