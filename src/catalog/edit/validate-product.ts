// What a request says a product should be, pure: bodies are checked by the import's rules and all of their faults told at once.
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import { invalidRequest, MAX_FAULTS, type Fault } from "../../../contract/faults.ts";
import type { FieldChanges, ProductValues } from "../../../contract/catalog/edit-products.ts";
import {
  MAX_ATTRIBUTE_NAME_CHARACTERS,
  MAX_ATTRIBUTES,
  MAX_SKU_CHARACTERS,
  UNUSABLE_ATTRIBUTE_NAME,
} from "../../../contract/catalog/product-limits.ts";
import { countCharacters, isBlankText, isSkuTooLong, longestValue } from "../product/product.ts";
import { skuKey, trimWhiteSpace } from "../product/sku-key.ts";

/** A whole product out of a body; what it leaves out has its default.
 * @param sku of the address, which the body may only spell differently
 * @throws Problem invalid-request with every fault */
export function readProductBody(body: unknown, sku?: string): ProductValues {
  const faults: Fault[] = [];
  const base = { sku: trimWhiteSpace(sku ?? ""), name: "", description: "", active: true, attributes: {} };
  const fault = sku === undefined ? undefined : skuFault(sku);
  if (fault !== undefined) faults.push({ pointer: "/params/sku", detail: fault });
  const values = readMembers(body, base, false, faults);
  if (isObject(body)) {
    const missing = (["sku", "name"] as const).filter((name) => !Object.hasOwn(body, name));
    if (missing.includes("sku") && sku === undefined) faults.push({ pointer: "/body/sku", detail: SKU_BLANK });
    if (missing.includes("name")) faults.push({ pointer: "/body/name", detail: NAME_BLANK });
  }
  if (sku !== undefined && skuKey(values.sku) !== skuKey(sku)) {
    const detail = `This is another SKU than the address's "${sku}". Leave it out, or rename the product with PATCH.`;
    faults.push({ pointer: "/body/sku", detail });
  }
  refuse(faults);
  return values;
}

/** The product after a JSON Merge Patch (https://www.rfc-editor.org/rfc/rfc7396).
 * @throws Problem invalid-request with every fault */
export function patchProduct(product: ProductValues, patch: unknown): ProductValues {
  const faults: Fault[] = [];
  const values = readMembers(patch, product, true, faults);
  refuse(faults);
  return values;
}

/** What differs between two versions, by field; null = not there. */
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
  const { sku, name, description, active, attributes } = product;
  const own = Object.entries(attributes).map(([key, value]) => [`attributes.${key}`, value] as const);
  return new Map<string, unknown>([...Object.entries({ sku, name, description, active }), ...own]);
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidRequest(faults);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `base` with what the body's members say. Of a patch, null removes what can be absent. */
function readMembers(body: unknown, base: ProductValues, isPatch: boolean, faults: Fault[]): ProductValues {
  const values = { ...base };
  if (!isObject(body)) {
    faults.push({ pointer: "/body", detail: "Send a JSON object with the product's fields." });
    return values;
  }
  for (const [name, value] of Object.entries(body)) {
    if (faults.length >= MAX_FAULTS) break;
    const pointer = `/body/${escapePointer(name)}`;
    const fail = (detail: string): void => void faults.push({ pointer, detail });
    if (name === "sku") readSku(value, values, fail);
    else if (name === "name") readName(value, values, fail);
    else if (name === "description") readDescription(value, values, isPatch, fail);
    else if (name === "active") {
      if (typeof value === "boolean") values.active = value;
      else fail("Write true or false.");
    } else if (name === "attributes") values.attributes = readAttributes(value, base.attributes, isPatch, faults);
    else fail(READ_ONLY.has(name) ? "This cannot be set. Leave it out." : UNKNOWN_FIELD);
  }
  return values;
}

const READ_ONLY = new Set(
  "id version created_in changed_in source_line created_at updated_at".split(" "), // what else GET answers with
);
const UNKNOWN_FIELD = "There is no such field. There are sku, name, description, active and attributes.";
const SKU_BLANK = "A product needs a SKU.";
const NAME_BLANK = "A product needs a name.";

type Fail = (detail: string) => void;

function readSku(value: unknown, values: ProductValues, fail: Fail): void {
  const fault = typeof value === "string" ? skuFault(value) : "Write a text.";
  if (fault === undefined) values.sku = trimWhiteSpace(value as string);
  else fail(fault);
}

function skuFault(sku: string): string | undefined {
  const key = skuKey(sku);
  if (key === "") return SKU_BLANK;
  return isSkuTooLong(key) ? `The SKU has more than ${MAX_SKU_CHARACTERS} characters. Shorten it.` : textFault(sku);
}

function readName(value: unknown, values: ProductValues, fail: Fail): void {
  const fault =
    typeof value !== "string" ? "Write a text." : isBlankText(value) ? NAME_BLANK : valueFault(value, "name");
  if (fault === undefined) values.name = value as string;
  else fail(fault);
}

function readDescription(value: unknown, values: ProductValues, isPatch: boolean, fail: Fail): void {
  const text = isPatch && value === null ? "" : value;
  const fault = typeof text === "string" ? valueFault(text, "description") : "Write a text.";
  if (fault === undefined) values.description = text as string;
  else fail(fault);
}

/** An empty text is no attribute, as a blank cell of an import is none. */
function readAttributes(
  value: unknown,
  base: ProductValues["attributes"],
  isPatch: boolean,
  faults: Fault[],
): ProductValues["attributes"] {
  if (isPatch && value === null) return {};
  if (!isObject(value)) {
    faults.push({ pointer: "/body/attributes", detail: "Write an object: names with texts." });
    return base;
  }
  const tooMany = (): void => {
    const detail = `A product has at most ${MAX_ATTRIBUTES.toLocaleString("en")} attributes.`;
    faults.push({ pointer: "/body/attributes", detail });
  };
  // A patch may replace all attributes at once. To check 300,000 one by one stopped a busy server for seconds.
  if (Object.keys(value).length > 2 * MAX_ATTRIBUTES) {
    tooMany();
    return base;
  }
  const attributes = new Map(isPatch ? Object.entries(base) : []);
  for (const [name, text] of Object.entries(value)) {
    if (faults.length >= MAX_FAULTS) break;
    const removes = text === "" || (isPatch && text === null);
    const fault = removes ? undefined : (nameFault(name) ?? attributeFault(text));
    if (fault !== undefined) faults.push({ pointer: `/body/attributes/${escapePointer(name)}`, detail: fault });
    else if (removes) attributes.delete(name);
    else attributes.set(name, text);
  }
  if (attributes.size > MAX_ATTRIBUTES) tooMany();
  return Object.fromEntries(attributes);
}

/** Names that a column of an export could not have and come back as the same attribute. */
const TAKEN_NAMES: ReadonlySet<string> = new Set(["sku", "name", "description", "active", ...REJECT_COLUMNS]);

function nameFault(name: string): string | undefined {
  if (name === "") return "An attribute needs a name.";
  if (name !== name.trim()) return "Take the white space around the name off.";
  if (name === UNUSABLE_ATTRIBUTE_NAME) return "Programs that read JSON lose this name. Choose another one.";
  if (TAKEN_NAMES.has(name)) return "A column of this name is no attribute. Choose another name.";
  return countCharacters(name) > MAX_ATTRIBUTE_NAME_CHARACTERS
    ? `The name has more than ${MAX_ATTRIBUTE_NAME_CHARACTERS} characters. Shorten it.`
    : textFault(name);
}

function attributeFault(value: unknown): string | undefined {
  if (typeof value === "string") return valueFault(value, "attribute");
  return typeof value === "number" || typeof value === "boolean"
    ? `An attribute is a text. Write "${String(value)}".`
    : "An attribute is a text.";
}

function valueFault(text: string, field: "name" | "description" | "attribute"): string | undefined {
  const { limit, unit } = longestValue(field);
  const length = unit === "bytes" ? Buffer.byteLength(text) : countCharacters(text);
  return length > limit
    ? `The value has more than ${limit.toLocaleString("en")} ${unit}. Shorten it.`
    : textFault(text);
}

function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "The value holds a NUL character, which no text has. Remove it.";
  return text.isWellFormed() ? undefined : "The value holds half a character (a lone surrogate). Check the encoding.";
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
