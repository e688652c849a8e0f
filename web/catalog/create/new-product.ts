// The form of a new product: builds the request, and assigns the server's errors to fields.
import type { z } from "zod";
import { new_product, type ProductValues } from "../../../contract/catalog/edit-products.ts";
import type { Problem } from "../../../contract/problems.ts";
import { attributeText } from "../columns/columns.ts";
import { kindOf, VALUE_FIELDS, type ValueField } from "../columns/fields.ts";
import { parseCell } from "../edit/cell-value.ts";
import { errorText } from "../../server/problem-words.ts";

type SwitchedField = { [Field in ValueField]: ProductValues[Field] extends boolean ? Field : never }[ValueField];
type WrittenField = Exclude<ValueField, SwitchedField>;

const isSwitched = (field: ValueField): field is SwitchedField => kindOf(field) === "boolean";
export const SWITCHED_FIELDS = VALUE_FIELDS.filter(isSwitched);
export const WRITTEN_FIELDS = VALUE_FIELDS.filter((field): field is WrittenField => !isSwitched(field));

export type ProductForm = Record<WrittenField, string> &
  Record<SwitchedField, boolean> & { attributes: { name: string; value: string }[] };

/** The form with the defaults of the API; a field without a default is empty. */
export const emptyForm = (): ProductForm => ({
  ...(Object.fromEntries(WRITTEN_FIELDS.map((field) => [field, attributeText(defaultOf(field))])) as Record<
    WrittenField,
    string
  >),
  ...(Object.fromEntries(SWITCHED_FIELDS.map((field) => [field, defaultOf(field) === true])) as Record<
    SwitchedField,
    boolean
  >),
  attributes: [],
});

const defaultOf = (field: ValueField): unknown => new_product.shape[field].safeParse(undefined).data;

/**
 * The request body; attribute lines without a name or value are omitted. A text that is not a valid value of its field is sent unchanged,
 * and the server reports the fault.
 */
export function bodyOf(form: ProductForm): z.input<typeof new_product> {
  const filled = form.attributes.filter(({ name, value }) => name.trim() !== "" && value !== "");
  const written = WRITTEN_FIELDS.map((field) => {
    const value = parseCell(field, form[field]);
    return [field, value === undefined ? form[field] : value] as const;
  });
  const switched = SWITCHED_FIELDS.map((field) => [field, form[field]] as const);
  return {
    ...Object.fromEntries<unknown>([...written, ...switched]),
    attributes: Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value])),
  } as z.input<typeof new_product>;
}

/** Errors by field (`sku`, `name`, `attributes.<Name>`). The key "" holds errors that belong to no field of the form. */
export function faultsOf(problem: Problem): Record<string, string> {
  const faults: Record<string, string> = {};
  const errors = problem.extra["errors"];
  for (const { pointer, detail } of Array.isArray(errors) ? (errors as { pointer: string; detail: string }[]) : []) {
    const field = fieldOf(pointer);
    faults[field] = faults[field] === undefined ? detail : `${faults[field]} ${detail}`;
  }
  if (problem.slug === "sku-taken") faults["sku"] ??= errorText(problem);
  if (Object.keys(faults).length === 0) faults[""] = errorText(problem);
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
  return (VALUE_FIELDS as readonly string[]).includes(field) ? field : "";
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
