// Finds the rows of the editor that a problem, a rejected row or a notice is about.
import type { Preview } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { rejectMessage } from "../../rejects/reasons.ts";
import type { ColumnRow } from "../model/rows.ts";
import { isSameName } from "../model/patterns.ts";

/** The message of a problem with the statement of this row. @returns undefined if the problem is about something else */
export function faultOf(error: Error | null, { path, name, place }: ColumnRow): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const { statement } = error.extra;
  if (typeof statement !== "string" || statement === "") return undefined;
  const own = place === null ? `format.${name}` : path;
  return statement === own || statement.startsWith(`${own}.`) ? error.message : undefined;
}

export interface Misfits {
  count: number;
  /** Why the first of these rows is rejected. */
  message: string;
  /** The text that the first row was rejected for; empty if it cannot be treated as blank. */
  text: string;
}

/** The codes of rejects that treating the text as blank would prevent. */
const REPLACEABLE: ReadonlySet<string> = new Set(["does_not_fit", "not_yes_or_no", "not_a_number"]);

/** The rejected sample rows whose fault is in the column. */
export function misfitsOf(preview: Preview | null, name: string): Misfits | undefined {
  const own = preview?.rejects.filter(({ column }) => column !== null && isSameName(column, name)) ?? [];
  const [first] = own;
  if (first === undefined) return undefined;
  const text = REPLACEABLE.has(first.code) ? (first.value ?? "").trim() : "";
  return { count: own.length, message: rejectMessage(first), text };
}
