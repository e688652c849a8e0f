// What an undo does to a product, pure: from what it was before the changeset, what the changeset left, and what it is now.
import type { Conflict, Operation } from "../../../contract/changesets/operations.ts";

/** A product at one time: its key, and a digest of its values. */
export interface State {
  sku_key: string;
  digest: string;
}

export interface Facts {
  /** Before the changeset; undefined = it created the product or brought it back. */
  before: State | undefined;
  /** As the changeset left it; undefined = deleted. */
  after: State | undefined;
  /** Now; undefined = there is no such product. */
  now: State | undefined;
  /** Another product has the key by now that this one would take, and will not leave it in the same step. */
  is_key_taken: boolean;
}

export interface Decision {
  /** restore = new values under the same key; move = under another; revive = a deleted product; remove = delete. */
  action: "none" | "keep" | "restore" | "move" | "revive" | "remove";
  /** What happened to the product since. */
  conflict?: Conflict["conflict"];
  /** The product that has the key is to go first. */
  evict?: boolean;
}

/** Products that others changed and changed back count as not changed. */
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
  if (before === undefined) return "remove";
  if (now === undefined) return "revive";
  return now.sku_key === before.sku_key ? "restore" : "move";
}
