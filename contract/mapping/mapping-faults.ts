// The custom messages of the schemas for mappings and profiles. Does not import zod, because the texts of the page import this file.
import { MAX_PROFILE_NAME_CHARACTERS, NO_PROFILE } from "../profiles/profile-names.ts";
import { NOT_STORABLE } from "../stored-text.ts";

/** Maximum number of entries of a value map. */
export const MAX_MAP_ENTRIES = 10_000;

/** The messages, by a short name of the fault. */
export const FAULTS = {
  storable: NOT_STORABLE,
  member: "Enter the name of a column, a list, or an object with `from`",
  map: `A value map has at most ${MAX_MAP_ENTRIES} entries`,
  need: "`need` is larger than the number of columns",
  profile_name: `Write a name of 1 to ${MAX_PROFILE_NAME_CHARACTERS} characters without control characters`,
  reserved_name: `The names "${NO_PROFILE}" and "." are reserved`,
  new_name: 'Write a name without / \\ ? * : " < > |',
  json_string: "The mapping is a JSON string. Give a JSON object.",
} as const;
