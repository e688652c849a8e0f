// Compares the products of a chunk with their values after the changeset, in one statement that joins on the key alone. Products that
// were deleted or renamed, or whose key belongs to another product now, are classified as "moved"; `resolve-moved.ts` decides about them.
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { columnList, VALUE_COLUMNS } from "../../catalog/product/column-lists.ts";
import type { Chunk } from "../chunk-store.ts";

/** The possible classifications of a product, by the letter that the SQL statement returns:
 * restore, revive, delete: the product is as the changeset left it, and the undo makes this write.
 * same: the product already has its values from before the changeset.
 * changed_*: the product was changed after the changeset, and this write would overwrite that change.
 * renamed_delete: like changed_delete, for a product that was renamed after the changeset.
 * moved: see `resolve-moved.ts`. */
const VERDICTS = {
  r: "restore",
  v: "revive",
  d: "delete",
  "=": "same",
  R: "changed_restore",
  D: "changed_delete",
  N: "renamed_delete",
  x: "moved",
} as const;
export type Verdict = (typeof VERDICTS)[keyof typeof VERDICTS];

/** The classification of the products of a chunk. Every list has one element per product. */
export interface Classification {
  verdicts: Verdict[];
  /** For each key, the version of the product that has the key now; 0 if no product has it. */
  live_versions: BinaryArray;
  /** For each key, the physical address of the product that has the key now. null: the addresses were not requested. */
  live_tids: BinaryArray | null;
  /** For each product, the physical address of the version that the changeset ended. null: the addresses are unknown. */
  tids: BinaryArray | null;
}

/** Condition that two rows have equal values. It uses `is not distinct from`, because values can be null. It is also true if neither row
 * exists, so use it only where at least one of the two rows exists. */
const same = (a: string, b: string): string =>
  `(${columnList(VALUE_COLUMNS, a)}) is not distinct from (${columnList(VALUE_COLUMNS, b)})`;

/** SQL that classifies a version that the changeset ended. h: this version. p: the product that has the key now. a: the version that the
 * changeset made, if a later changeset ended it. */
const VERDICT_OF_VERSION = `case
  when h.renamed_to is not null then 'x'
  when h.was_deleted and p.id is distinct from i.id then 'x'
  when h.was_deleted then case when p.version = i.version + 1 or ${same("p", "a")} then 'd' else 'D' end
  when h.deleted and p.sku_key is null then case when a.sku_key is null then 'v' else 'x' end
  when h.deleted and p.id = i.id then case when ${same("p", "h")} then '=' else 'R' end
  when p.id is distinct from i.id then 'x'
  when p.version = i.version + 1 then 'r'
  when ${same("p", "h")} then '='
  when ${same("p", "a")} then 'r'
  else 'R' end`;

/** SQL that classifies a product that the changeset created. i: the product in the chunk. p: the product that has the key now. a: the
 * first version of the created product, if a later changeset ended this version. */
const VERDICT_OF_CREATED = `case
  when p.id is distinct from i.id then 'x'
  when p.version = 1 or ${same("p", "a")} then 'd'
  when a.sku_key is null then 'N'
  else 'D' end`;

/** @param withTids whether to return the physical addresses of the products; see `hasTids` */
export async function classifyChunk(db: Queryable, chunk: Chunk, withTids: boolean): Promise<Classification> {
  const found = await classify(db, chunk, chunk.tids, withTids);
  if (found?.verdicts.length === chunk.count) return found;
  // Versions have other physical addresses (tids) if the history table was rewritten after the selection (vacuum full). In that case, find
  // the versions by key.
  const foundByKey = chunk.tids === null ? found : await classify(db, chunk, null, withTids);
  if (foundByKey?.verdicts.length === chunk.count) return foundByKey;
  const missing = chunk.count - (foundByKey?.verdicts.length ?? 0);
  throw new Error(`${missing} of ${chunk.count} versions are missing from the history`);
}

async function classify(
  db: Queryable,
  { source, keys, ids, versions }: Chunk,
  tids: BinaryArray | null,
  withTids: boolean,
): Promise<Classification | undefined> {
  const isCreated = source === "created";
  const isVersion = `h.sku_key = i.sku_key and h.id = i.id and h.version = i.version${tids === null ? "" : " and h.ctid = i.tid"}`;
  const { rows } = await db.query<{ verdicts: string | null } & Record<"live_versions" | "live_tids", BinaryArray>>(
    `select string_agg(verdict, '' order by position) as verdicts,
            array_send(array_agg(live_version order by position)) as live_versions,
            ${withTids ? "array_send(array_agg(live_tid order by position))" : "null"} as live_tids
     from (select i.position, coalesce(p.version, 0) as live_version,
                  ${withTids ? "coalesce(p.ctid, '(0,0)')" : "null"} as live_tid,
                  ${isCreated ? VERDICT_OF_CREATED : VERDICT_OF_VERSION} as verdict
           from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[]) with ordinality
                  i (sku_key, id, version, tid, position)
           ${isCreated ? "" : `join product_history h on ${isVersion}`}
           left join products p on p.sku_key = i.sku_key
           left join product_history a on a.sku_key = i.sku_key and a.id = i.id and a.version = i.version + 1
           offset 0) compared`,
    [keys, ids, versions, tids],
  );
  const row = rows[0];
  if (typeof row?.verdicts !== "string") return undefined;
  const { live_versions, live_tids } = row;
  const verdicts = Array.from(row.verdicts, (letter) => VERDICTS[letter as keyof typeof VERDICTS]);
  return { verdicts, live_versions, live_tids, tids };
}
