// Reads product values from a request body. Applies the rules of imports and reports all faults of a body together.
import { isBlankValue, isList, MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import { invalidRequest, MAX_FAULTS, type Fault } from "../../../contract/faults.ts";
import type { FieldChanges, ProductValues } from "../../../contract/catalog/edit-products.ts";
import {
  MAX_ATTRIBUTE_NAME_CHARACTERS,
  MAX_ATTRIBUTES,
  MAX_SKU_CHARACTERS,
  MAX_TEXT_BYTES,
  UNUSABLE_ATTRIBUTE_NAME,
} from "../../../contract/catalog/product-limits.ts";
import { API_COLUMNS, FIELD_NAMES, kindOf, VALUE_COLUMNS, type FieldName } from "../product/column-lists.ts";
import { DEFAULT_VALUES } from "../product/product-columns.ts";
import { faultOfList } from "../product/attribute-list.ts";
import { countCharacters, isBlankText, isSkuTooLong, isTrimmed, longestValue } from "../product/product.ts";
import { isReservedName } from "../product/reserved-names.ts";
import { skuKey, trimWhiteSpace } from "../product/sku-key.ts";

/** Reads a complete product from a request body. Fields that are missing in the body get their default values.
 * @param sku the SKU of the URL; the body's SKU may differ from it only in spelling
 * @throws Problem invalid-request with all faults of the body */
export function readProductBody(body: unknown, sku?: string): ProductValues {
  const faults: Fault[] = [];
  const base = { ...DEFAULT_VALUES, sku: trimWhiteSpace(sku ?? "") };
  const fault = sku === undefined ? undefined : skuFault(sku);
  if (fault !== undefined) faults.push({ pointer: "/params/sku", detail: fault });
  const values = readMembers(body, base, false, faults);
  if (isObject(body)) {
    const missing = (["sku", "name"] as const).filter((name) => !Object.hasOwn(body, name));
    if (missing.includes("sku") && sku === undefined) faults.push({ pointer: "/body/sku", detail: SKU_BLANK });
    if (missing.includes("name")) faults.push({ pointer: "/body/name", detail: NAME_BLANK });
  }
  if (sku !== undefined && skuKey(values.sku) !== skuKey(sku)) {
    const detail = `The SKU in the body differs from the SKU "${sku}" in the URL. Omit the SKU from the body, or rename the product with PATCH.`;
    faults.push({ pointer: "/body/sku", detail });
  }
  refuse(faults);
  return values;
}

/** Applies a JSON Merge Patch (https://www.rfc-editor.org/rfc/rfc7396) to the product.
 * @throws Problem invalid-request with all faults of the patch */
export function patchProduct(product: ProductValues, patch: unknown): ProductValues {
  const faults: Fault[] = [];
  const values = readMembers(patch, product, true, faults);
  refuse(faults);
  return values;
}

/** Returns the fields that differ between two versions, with the values before and after. Pass null for a version that does not exist. A
 * value that a version does not have is null in the result. */
export function changesOf(before: ProductValues | null, after: ProductValues | null): FieldChanges {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const changes = new Map<string, { before: unknown; after: unknown }>();
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const change = { before: old.get(name) ?? null, after: now.get(name) ?? null };
    if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changes.set(name, change);
  }
  return Object.fromEntries(changes);
}

function fieldsOf(product: ProductValues | null): Map<string, unknown> {
  if (product === null) return new Map();
  const attributes = Object.entries(product.attributes).map(([key, value]) => [`attributes.${key}`, value] as const);
  return new Map<string, unknown>([...FIELD_NAMES.map((field) => [field, product[field]] as const), ...attributes]);
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidRequest(faults);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns a copy of `base` with the values from the body, and adds the faults of the body to `faults`. In a patch, null clears a value
 * that may be empty. */
function readMembers(body: unknown, base: ProductValues, isPatch: boolean, faults: Fault[]): ProductValues {
  if (!isObject(body)) {
    faults.push({ pointer: "/body", detail: "Send a JSON object with the product's fields." });
    return { ...base };
  }
  const values = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(body)) {
    if (faults.length >= MAX_FAULTS) break;
    if (name === "attributes") {
      values.set(name, readAttributes(value, base.attributes, isPatch, faults));
      continue;
    }
    const read = isField(name) ? readField(name, value, isPatch) : { fault: unknownFieldFault(name) };
    if ("fault" in read) faults.push({ pointer: `/body/${escapePointer(name)}`, detail: read.fault });
    else values.set(name, read.value);
  }
  return Object.fromEntries(values) as ProductValues;
}

const isField = (name: string): name is FieldName => (FIELD_NAMES as readonly string[]).includes(name);

const READ_ONLY: ReadonlySet<string> = new Set(
  API_COLUMNS.filter((column) => !(VALUE_COLUMNS as readonly string[]).includes(column)),
);
const unknownFieldFault = (name: string): string =>
  READ_ONLY.has(name)
    ? "This field is read-only. Omit this field."
    : `Unknown field. The fields of a product are ${FIELD_NAMES.join(", ")} and attributes.`;

const SKU_BLANK = "A product needs a SKU.";
const NAME_BLANK = "A product needs a name.";

/** The value to store, or the reason why the value is not valid. */
type Read = { value: unknown } | { fault: string };

function readField(field: FieldName, value: unknown, isPatch: boolean): Read {
  const kind = kindOf(field);
  switch (kind) {
    case "text": {
      const text = isPatch && value === null && !isRequired(field) ? "" : value;
      const fault = typeof text === "string" ? fieldFault(field, text) : "Must be a string.";
      if (fault !== undefined) return { fault };
      return { value: isTrimmed(field) ? trimWhiteSpace(text as string) : text };
    }
    case "boolean":
      return typeof value === "boolean" ? { value } : { fault: "Must be true or false." };
    case "number":
      return value === null || (typeof value === "number" && Number.isFinite(value))
        ? { value }
        : { fault: "Must be a number, or null for no value." };
  }
}

const isRequired = (field: FieldName): boolean => field === "sku" || field === "name";

function fieldFault(field: FieldName, text: string): string | undefined {
  if (field === "sku") return skuFault(text);
  return field === "name" && isBlankText(text) ? NAME_BLANK : valueFault(text, field);
}

function skuFault(sku: string): string | undefined {
  const key = skuKey(sku);
  if (key === "") return SKU_BLANK;
  return isSkuTooLong(key) ? `The SKU has more than ${MAX_SKU_CHARACTERS} characters. Shorten it.` : textFault(sku);
}

/** Reads the attributes of a request body. A blank value removes the attribute, as an empty cell does in an
 * import. */
function readAttributes(
  value: unknown,
  base: ProductValues["attributes"],
  isPatch: boolean,
  faults: Fault[],
): ProductValues["attributes"] {
  if (isPatch && value === null) return {};
  if (!isObject(value)) {
    faults.push({
      pointer: "/body/attributes",
      detail: "Must be an object that contains attribute names and values.",
    });
    return base;
  }
  const tooMany = (): void => {
    const detail = `A product has at most ${MAX_ATTRIBUTES.toLocaleString("en")} attributes.`;
    faults.push({ pointer: "/body/attributes", detail });
  };
  // Reject far too many names without checking each: checking 300,000 names one by one stopped a busy server for seconds. The limit is
  // doubled because a patch that replaces all attributes contains the old names, with null, and the new names.
  if (Object.keys(value).length > 2 * MAX_ATTRIBUTES) {
    tooMany();
    return base;
  }
  const attributes = new Map(isPatch ? Object.entries(base) : []);
  for (const [name, given] of Object.entries(value)) {
    if (faults.length >= MAX_FAULTS) break;
    const removes = isBlankValue(given) || (isPatch && given === null);
    const fault = removes ? undefined : (nameFault(name) ?? attributeFault(given));
    if (fault !== undefined) faults.push({ pointer: `/body/attributes/${escapePointer(name)}`, detail: fault });
    else if (removes) attributes.delete(name);
    else attributes.set(name, given);
  }
  if (attributes.size > MAX_ATTRIBUTES) tooMany();
  return Object.fromEntries(attributes);
}

function nameFault(name: string): string | undefined {
  if (name === "") return "An attribute needs a name.";
  if (name !== name.trim()) return "The name begins or ends with white space. Remove the white space.";
  if (name === UNUSABLE_ATTRIBUTE_NAME)
    return "Many programs discard this name when they read JSON. Choose another name.";
  if (isReservedName(name)) return "This name is reserved for another column. Choose another name.";
  return countCharacters(name) > MAX_ATTRIBUTE_NAME_CHARACTERS
    ? `The name has more than ${MAX_ATTRIBUTE_NAME_CHARACTERS} characters. Shorten it.`
    : textFault(name);
}

function attributeFault(value: unknown): string | undefined {
  if (typeof value === "string") return valueFault(value, "attribute");
  if (isList(value)) return listFault(value);
  return typeof value === "number" || typeof value === "boolean"
    ? `Attribute values must be strings or lists of strings. Write "${String(value)}".`
    : "Attribute values must be strings or lists of strings.";
}

function listFault(list: readonly unknown[]): string | undefined {
  const fault = faultOfList(list);
  switch (fault) {
    case "too_many":
      return `The list has more than ${MAX_LIST_ELEMENTS.toLocaleString("en")} elements. Shorten it.`;
    case "not_text":
      return "Every element of a list must be a string that is not empty.";
    case "too_long":
      return `The list has more than ${MAX_TEXT_BYTES.toLocaleString("en")} bytes. Shorten it.`;
    case "not_storable":
      return (list as readonly string[]).map(textFault).find((found) => found !== undefined);
    case undefined:
      return undefined;
  }
}

function valueFault(text: string, field: string): string | undefined {
  const { limit, unit } = longestValue(field);
  const length = unit === "bytes" ? Buffer.byteLength(text) : countCharacters(text);
  return length > limit
    ? `The value has more than ${limit.toLocaleString("en")} ${unit}. Shorten it.`
    : textFault(text);
}

function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "The value contains a NUL character. Remove it.";
  return text.isWellFormed()
    ? undefined
    : "The value contains half a character (a lone surrogate). Check the encoding.";
}

/** Escapes a name for a JSON Pointer (https://www.rfc-editor.org/rfc/rfc6901). */
const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
