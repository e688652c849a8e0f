// The interface of encode-rows.ts, with which a loader encodes the rows of a chunk.
import type { ComparisonArrays } from "../../catalog/bulk/merge.ts";

/** Encodes the rows of one chunk. */
export interface RowEncoder {
  /** @param keepsSku whether an update leaves the spelling of the product's SKU unchanged, even if the row spells the SKU differently */
  comparisonArrays(keepsSku: boolean): ComparisonArrays;
  /** Encodes rows for `copyNewProducts`. `which` contains the indexes of these rows in the chunk. */
  newProducts(which: ArrayLike<number>, stamp: NewProductStamp): Buffer;
  /** Encodes rows for `stageChanges`. Row `which[i]` was compared with the product whose version is `versions[i]` and whose tid
   * is the i-th of `tids`. */
  stagedChanges(
    which: ArrayLike<number>,
    versions: ArrayLike<number>,
    tids: Buffer | null,
    changesetId: number,
    part: number,
  ): Buffer;
  isBlank(row: number, column: number): boolean;
}

/** The values that all new products of a chunk share. */
export interface NewProductStamp {
  changeset_id: number;
  /**
   * First id of the range reserved for the import. A product gets the id id_base + first_row + its index in the chunk's key order, so
   * loading the chunk again gives the same ids. Because ids follow the key order, new rows are inserted in ascending order into both the
   * index of ids and the index of keys.
   */
  id_base: number;
  /** Number of the chunk's first row in the file. */
  first_row: number;
  active: boolean;
  /** Time of the changes, in microseconds since 1970. */
  now_us: number;
}
