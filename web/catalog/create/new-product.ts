// The form of a new product: builds the request, and assigns the server's errors to fields.
import type { Problem } from "../../../contract/problems.ts";

export interface ProductForm {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  attributes: { name: string; value: string }[];
}

export const emptyForm = (): ProductForm => ({ sku: "", name: "", description: "", active: true, attributes: [] });

/** The request body; attribute lines without a name or value are omitted. */
export function bodyOf({ attributes, ...fields }: ProductForm) {
  const filled = attributes.filter(({ name, value }) => name.trim() !== "" && value !== "");
  return { ...fields, attributes: Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value])) };
}

/** Errors by field (`sku`, `name`, `attributes.<Name>`). The key "" holds errors that belong to no field of the form. */
export function faultsOf(problem: Problem): Record<string, string> {
  const faults: Record<string, string> = {};
  const errors = problem.extra["errors"];
  for (const { pointer, detail } of Array.isArray(errors) ? (errors as { pointer: string; detail: string }[]) : []) {
    const field = fieldOf(pointer);
    faults[field] = faults[field] === undefined ? detail : `${faults[field]} ${detail}`;
  }
  if (problem.slug === "sku-taken") faults["sku"] ??= problem.message;
  if (Object.keys(faults).length === 0) faults[""] = problem.message;
  return faults;
}

/** Converts a JSON pointer to the key of a field: `/body/attributes/Net~1weight` and `#/attributes/Net~1weight` both become
 * `attributes.Net/weight`. */
function fieldOf(pointer: string): string {
  const path = pointer
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((part) => decodeSafely(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  if (path[0] === "body") path.shift();
  const [field = "", ...rest] = path;
  if (field === "attributes" && rest.length > 0) return `attributes.${rest.join("/")}`;
  return ["sku", "name", "description", "active"].includes(field) ? field : "";
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
