// Finds the rows of the editor that a problem, a rejected row or a notice is about.
import type { Preview } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { ColumnRow } from "../model/rows.ts";
import { isSameName } from "../model/patterns.ts";
import { errorText } from "../../../server/problem-words.ts";
import { rejectMessage } from "../../../server/texts/import-texts.ts";

/** The message of a problem with the part of the mapping that this row of the editor edits.
 * @returns undefined if the problem is about something else */
export function faultOf(error: Error | null, { path, name, place }: ColumnRow): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const { statement } = error.extra;
  if (typeof statement !== "string" || statement === "") return undefined;
  const own = place === null ? `format.${name}` : path;
  return statement === own || statement.startsWith(`${own}.`) ? errorText(error) : undefined;
}

export interface Misfits {
  count: number;
  /** Why the first rejected row is rejected. */
  message: string;
  /** The rejected value of the first rejected row. Empty if the row would still be rejected with a blank cell instead of this value. */
  text: string;
}

/** Codes of the rejects that would not occur if the rejected value were treated as blank. */
const REPLACEABLE: ReadonlySet<string> = new Set(["does_not_fit", "not_yes_or_no", "not_a_number"]);

/** Counts the rows that the preview rejects because of their value in the column. @returns undefined if there are none */
export function misfitsOf(preview: Preview | null, name: string): Misfits | undefined {
  const own = preview?.rejects.filter(({ column }) => column !== null && isSameName(column, name)) ?? [];
  const [first] = own;
  if (first === undefined) return undefined;
  const text = REPLACEABLE.has(first.code) ? (first.value ?? "").trim() : "";
  return { count: own.length, message: rejectMessage(first), text };
}
