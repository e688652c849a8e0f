// Decides what an undo does to one product, from its states before the changeset, after the changeset and now. No I/O.
import type { Conflict, Operation } from "../../../contract/changesets/operations.ts";

/** The state of a product at one time: its key and a digest of its values. */
export interface State {
  sku_key: string;
  digest: string;
}

export interface Facts {
  /** State before the changeset; undefined if the changeset created or restored the product. */
  before: State | undefined;
  /** State after the changeset; undefined if the changeset deleted the product. */
  after: State | undefined;
  /** Current state; undefined if the product does not exist. */
  now: State | undefined;
  /** True if another product has the key that this product needs, and the undo does not free the key. */
  is_key_taken: boolean;
}

export interface Decision {
  /** restore: set the values, keep the key. move: set the values, change the key. revive: reinsert a deleted product. */
  action: "none" | "keep" | "restore" | "move" | "revive" | "delete";
  /** How the product was changed after the changeset. */
  conflict?: Conflict["conflict"];
  /** True if another product has the key that this product needs, and the undo must delete that product first. */
  evict?: boolean;
}

/** Decides what an undo does to the product. A product counts as unchanged if all changes after the
 * changeset have been reverted. */
export function decide(
  { before, after, now, is_key_taken }: Facts,
  policy: NonNullable<Operation["options"]["policy"]>,
): Decision {
  if (isSame(now, before)) return { action: "none" };
  const conflict = isSame(now, after) ? (is_key_taken ? "sku_taken" : undefined) : conflictOf(before, after, now);
  if (conflict !== undefined && policy === "keep") return { action: "keep", conflict };
  return {
    action: actionOf(before, now),
    ...(conflict === undefined ? {} : { conflict }),
    ...(is_key_taken ? { evict: true } : {}),
  };
}

const isSame = (a: State | undefined, b: State | undefined): boolean =>
  a?.sku_key === b?.sku_key && a?.digest === b?.digest;

function conflictOf(before: Facts["before"], after: Facts["after"], now: Facts["now"]): Conflict["conflict"] {
  if (now === undefined) return "deleted";
  return now.sku_key === (after ?? before)?.sku_key ? "changed" : "renamed";
}

function actionOf(before: Facts["before"], now: Facts["now"]): Decision["action"] {
  if (before === undefined) return "delete";
  if (now === undefined) return "revive";
  return now.sku_key === before.sku_key ? "restore" : "move";
}
