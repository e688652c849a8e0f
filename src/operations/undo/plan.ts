// The plan of an undo: what is to be written for a chunk of products, what is kept, and how many there are of each.
import type { Conflict } from "../../../contract/changesets/operations.ts";

export type Policy = "keep" | "overwrite";

/** A product that was changed since. */
export interface FoundConflict extends Omit<Conflict, "actor"> {
  sku_key: string;
}

/** The writes of one chunk. */
export interface UndoPlan {
  /** What is done to products that are where the chunk says, each by its position in it. */
  simple: Record<"remove" | "restore" | "revive", number[]>;
  /** The writes for the others, in the order in which they are done; see `catalog/bulk/restore-many.ts`. */
  takeAway: { key: string; id: number; live_version: number; renamed_to: string | null }[];
  restore: { key: string; id: number; live_version: number; version: number }[];
  keepDeletion: { key: string; id: number; version: number; renamed_to: string | null }[];
  putBack: { key: string; id: number; version: number; new_version: number }[];
  conflicts: FoundConflict[];
  counts: {
    created: number;
    updated: number;
    deleted: number;
    unchanged: number;
    kept: number;
    /** Products that had to go for others, beyond those of the changeset. */
    more: number;
  };
}

export const emptyPlan = (): UndoPlan => ({
  simple: { remove: [], restore: [], revive: [] },
  takeAway: [],
  restore: [],
  keepDeletion: [],
  putBack: [],
  conflicts: [],
  counts: { created: 0, updated: 0, deleted: 0, unchanged: 0, kept: 0, more: 0 },
});
