// Rules of bulk changes, without I/O: which requests are valid, and which values an action sets.
import type { NewValues } from "../../catalog/bulk/update-many.ts";
import { patchProduct } from "../../catalog/edit/validate-product.ts";
import { DEFAULT_VALUES } from "../../catalog/product/product-columns.ts";
import { trimWhiteSpace } from "../../catalog/product/sku-key.ts";
import { isBlankValue } from "../../../contract/catalog/attribute-value.ts";
import { invalidRequest, type Fault } from "../../../contract/faults.ts";
import type { BulkSet } from "../../../contract/catalog/bulk-set.ts";
import type { BulkRequest } from "../../../contract/changesets/operations.ts";
import { Problem } from "../../../contract/problems.ts";

/** Checks that no SKU contains a NUL character, which PostgreSQL's text type rejects.
 * @throws Problem invalid-request with every fault */
export function checkSkus(skus: readonly string[]): void {
  const faults = skus.flatMap((sku, index) =>
    sku.includes("\0")
      ? [{ pointer: `/body/skus/${index}`, detail: "The SKU contains a NUL character. Remove it." }]
      : [],
  );
  if (faults.length > 0) throw invalidRequest(faults);
}

const ANY_PRODUCT = { ...DEFAULT_VALUES, sku: "x", name: "x" };

/** Applies the rules of an edit to the new values.
 * @throws Problem invalid-request with every fault */
export function checkSet(set: BulkSet): void {
  try {
    patchProduct(ANY_PRODUCT, set);
  } catch (error) {
    const faults = error instanceof Problem ? (error.extra.errors as Fault[] | undefined) : undefined;
    if (faults === undefined) throw error;
    throw invalidRequest(
      faults.map(({ pointer, detail }) => ({ pointer: pointer.replace(/^\/body/, "/body/set"), detail })),
    );
  }
}

/** An action that keeps the products and changes their values. */
export type SettingAction = Exclude<BulkRequest["action"], "delete">;

export function newValues(action: SettingAction, set: BulkSet | undefined): NewValues {
  switch (action) {
    case "activate":
      return { active: true };
    case "deactivate":
      return { active: false };
    case "set":
      return storedValues(set ?? {});
    default:
      throw unknownAction(action);
  }
}

const unknownAction = (action: never): TypeError => new TypeError(`unknown bulk action "${String(action)}"`);

/** Removes white space around the SKU of the parent. A blank value removes the attribute, as an empty cell of an import does. */
function storedValues(given: BulkSet): NewValues {
  const { parent_sku } = given;
  const set = parent_sku === undefined ? given : { ...given, parent_sku: trimWhiteSpace(parent_sku) };
  if (set.attributes === undefined) return set;
  const attributes = Object.entries(set.attributes).map(
    ([name, value]) => [name, isBlankValue(value) ? null : value] as const,
  );
  return { ...set, attributes: Object.fromEntries(attributes) };
}
