// What a bulk change may ask for and what it sets, pure.
import type { NewValues } from "../../catalog/bulk/update-many.ts";
import { patchProduct } from "../../catalog/edit/validate-product.ts";
import { invalidRequest, type Fault } from "../../../contract/faults.ts";
import type { BulkSet } from "../../../contract/catalog/bulk-set.ts";
import type { OperationOptions } from "../../../contract/changesets/operations.ts";
import { Problem } from "../../../contract/problems.ts";

/** PostgreSQL's text takes no NUL.
 * @throws Problem invalid-request with every fault */
export function checkSkus(skus: readonly string[]): void {
  const faults = skus.flatMap((sku, index) =>
    sku.includes("\0") ? [{ pointer: `/body/skus/${index}`, detail: "a SKU cannot hold the character NUL" }] : [],
  );
  if (faults.length > 0) throw invalidRequest(faults);
}

const ANY_PRODUCT = { sku: "x", name: "x", description: "", active: true, attributes: {} };

/** New values obey the rules that the change of one product obeys.
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

export function newValues({ action, set }: OperationOptions): NewValues {
  if (action !== "set" || set === undefined) return { active: action === "activate" };
  if (set.attributes === undefined) return set;
  // An empty text is no attribute, as a blank cell of an import is none.
  const attributes = Object.entries(set.attributes).map(([name, text]) => [name, text === "" ? null : text] as const);
  return { ...set, attributes: Object.fromEntries(attributes) };
}
