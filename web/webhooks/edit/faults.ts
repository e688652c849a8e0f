// Maps a problem of the server to the fields of a form.
import { Problem } from "../../../contract/problems.ts";
import { errorText } from "../../server/problem-words.ts";

/** The first error of each field, and a message for errors that belong to no field. */
export interface Faults {
  fields: Readonly<Record<string, string>>;
  whole: string;
}

export const NO_FAULTS: Faults = { fields: {}, whole: "" };

/** Assigns the errors of a problem document to fields by their pointers: `/body/url` belongs to `url`, `/body/headers/x` to
 * `headers`. */
export function faultsOf(error: unknown, fieldNames: readonly string[]): Faults {
  if (!(error instanceof Problem)) return { fields: {}, whole: errorText(error) };
  const errors = (error.extra["errors"] ?? []) as { pointer: string; detail: string }[];
  const fields: Record<string, string> = {};
  let rest = errors.length === 0 ? errorText(error) : "";
  for (const { pointer, detail } of errors) {
    const field = fieldNames.find((name) => pointer === `/body/${name}` || pointer.startsWith(`/body/${name}/`));
    if (field === undefined) rest = errorText(error);
    else fields[field] ??= detail;
  }
  return { fields, whole: rest };
}
