// A mapping as a JSON text, as in a query parameter, a form field or a file.
import { z } from "zod";
import { checkJsonBounds } from "../json-bounds.ts";
import { Problem } from "../problems.ts";
import { holdsStorable, NOT_STORABLE, unusableMember } from "../stored-text.ts";
import { FAULTS } from "./mapping-faults.ts";
import { mostSpecific } from "./member-fault.ts";
import { mapping, type Mapping } from "./mapping.ts";

/** Maximum number of characters of the text. A query string cannot be this long, but a form field can. */
export const MAX_MAPPING_CHARACTERS = 200_000;

/** Accepts a mapping as a JSON text or as a parsed value. Reports each fault with the path of the faulty member. */
export const mapping_text = z.unknown().transform((given, context): Mapping => {
  const text = typeof given === "string" ? parse(given) : holdsStorable(given) ? given : NOT_STORABLE;
  const parsed = mapping.safeParse(text);
  if (parsed.success) return parsed.data;
  if (typeof text === "string") context.addIssue({ code: "custom", message: text });
  else
    for (const issue of parsed.error.issues) {
      const { path, message } = mostSpecific(issue);
      context.addIssue({ code: "custom", path, message });
    }
  return z.NEVER;
});

/** @returns the parsed value; or, if the text is not a JSON object, the error message as a string */
function parse(text: string): unknown {
  if (text.length > MAX_MAPPING_CHARACTERS)
    return `The mapping is longer than ${MAX_MAPPING_CHARACTERS.toLocaleString("en")} characters.`;
  try {
    checkJsonBounds(text, "The mapping");
    const value: unknown = JSON.parse(text);
    if (!holdsStorable(value)) return NOT_STORABLE;
    const unusable = unusableMember(value);
    if (unusable !== undefined) return unusable;
    return typeof value === "string" ? FAULTS.json_string : value;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    return `The mapping is not valid JSON: ${(error as Error).message}`;
  }
}
