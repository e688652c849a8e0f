// Which of a changeset's products are as it left them: one statement for a chunk, joined on the key alone. Products that went,
// moved or whose key is another's by now are told apart as needing a closer look.
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { columnList, VALUE_COLUMNS } from "../../catalog/product/column-lists.ts";
import type { Chunk } from "../chunk-store.ts";

/** What an undo finds of a product, by letter:
 * restore, revive, remove = as the changeset left it, and what to do about it; same = already as it was before;
 * changed_* = others changed it since, and what overwriting that would be; renamed_remove = likewise, under another key by now;
 * closer = see `moved-store.ts`. */
const VERDICTS = {
  r: "restore",
  v: "revive",
  d: "remove",
  "=": "same",
  R: "changed_restore",
  D: "changed_remove",
  N: "renamed_remove",
  x: "closer",
} as const;
export type Verdict = (typeof VERDICTS)[keyof typeof VERDICTS];

/** What was found of a chunk's products, one at each place. */
export interface Looked {
  verdicts: Verdict[];
  /** Of the product under the key now; 0 = there is none. */
  live_versions: BinaryArray;
  /** Where that product lies; null where nobody asked. */
  live_tids: BinaryArray | null;
  /** Where the version lies that the changeset ended; null where nobody knows. */
  tids: BinaryArray | null;
}

/** `is not distinct from`, since numbers may be null. One of the two always exists. */
const same = (a: string, b: string): string =>
  `(${columnList(VALUE_COLUMNS, a)}) is not distinct from (${columnList(VALUE_COLUMNS, b)})`;

/** h = the version that the changeset ended, p = the product under the key now, a = the version that the changeset made,
 * where that has been ended as well. */
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

/** a = the first version, where that has been ended; h, which would be version 0, does not exist. */
const VERDICT_OF_CREATED = `case
  when p.id is distinct from i.id then 'x'
  when p.version = 1 or ${same("p", "a")} then 'd'
  when a.sku_key is null then 'N'
  else 'D' end`;

/** `with_tids`: also where the products lie; see `hasTids`. */
export async function lookAtChunk(db: Queryable, chunk: Chunk, withTids: boolean): Promise<Looked> {
  const found = await look(db, chunk, chunk.tids, withTids);
  if (found?.verdicts.length === chunk.count) return found;
  // The table of the history may have been written anew since the selection.
  const foundByKey = chunk.tids === null ? found : await look(db, chunk, null, withTids);
  if (foundByKey?.verdicts.length === chunk.count) return foundByKey;
  const lost = chunk.count - (foundByKey?.verdicts.length ?? 0);
  throw new Error(`${lost} of ${chunk.count} versions are no longer in the history`);
}

async function look(
  db: Queryable,
  { source, keys, ids, versions }: Chunk,
  tids: BinaryArray | null,
  withTids: boolean,
): Promise<Looked | undefined> {
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
           offset 0) looked`,
    [keys, ids, versions, tids],
  );
  const row = rows[0];
  if (typeof row?.verdicts !== "string") return undefined;
  const { live_versions, live_tids } = row;
  const verdicts = Array.from(row.verdicts, (letter) => VERDICTS[letter as keyof typeof VERDICTS]);
  return { verdicts, live_versions, live_tids, tids };
}
