// The plan of an undo for a chunk: the writes, the conflicts and the counts.
import type { Conflict } from "../../../contract/changesets/operations.ts";

export type Policy = "keep" | "overwrite";

/** A product that was changed after the changeset. */
export interface FoundConflict extends Omit<Conflict, "actor"> {
  sku_key: string;
}

export interface UndoPlan {
  /** Writes to products that still have the same key. Each number is an index into the chunk's list of products. */
  in_place: Record<"deletes" | "restores" | "revivals", number[]>;
  /** Writes to products that were deleted or renamed, or whose key another product has now. The undo executes this list and the
   * following three in this order; see `catalog/bulk/restore-many.ts`. */
  deletes: { key: string; id: number; live_version: number; renamed_to: string | null }[];
  restores: { key: string; id: number; live_version: number; version: number }[];
  tombstones: { key: string; id: number; version: number; renamed_to: string | null }[];
  reinserts: { key: string; id: number; version: number; new_version: number }[];
  conflicts: FoundConflict[];
  counts: {
    created: number;
    updated: number;
    deleted: number;
    unchanged: number;
    kept: number;
    /** Number of products that the changeset did not change, but that the undo deletes because another product needs their key. */
    more: number;
  };
}

export const emptyPlan = (): UndoPlan => ({
  in_place: { deletes: [], restores: [], revivals: [] },
  deletes: [],
  restores: [],
  tombstones: [],
  reinserts: [],
  conflicts: [],
  counts: { created: 0, updated: 0, deleted: 0, unchanged: 0, kept: 0, more: 0 },
});
