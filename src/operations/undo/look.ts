// Which of a changeset's products are as it left them: one statement for a chunk, joined on the key alone. Products that went,
// moved or whose key is another's by now are told apart as needing a closer look.
import type { Queryable } from "../../db/connect.ts";
import type { Chunk } from "../chunk-store.ts";

/** What an undo finds of a product, by letter:
 * restore, revive, remove = as the changeset left it, and what to do about it; same = already as it was before;
 * changed_* = others changed it since, and what overwriting that would be; renamed_remove = likewise, under another key by now;
 * closer = see `look-closer.ts`. */
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

export interface Looked {
  verdicts: Verdict[];
  /** Of the product under the key now; 0 = there is none. */
  live_versions: number[];
}

const VALUES = ["sku", "name", "description", "active", "attributes"];
const row = (alias: string): string => `(${VALUES.map((column) => `${alias}.${column}`).join(", ")})`;
const same = (a: string, b: string): string => `${row(a)} = ${row(b)}`;

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

/** a = the first version, where that has been ended; h does not exist. */
const VERDICT_OF_CREATED = `case
  when p.id is distinct from i.id then 'x'
  when p.version = 1 or ${same("p", "a")} then 'd'
  when a.sku_key is null then 'N'
  else 'D' end`;

export async function lookAtChunk(db: Queryable, { source, keys, ids, versions }: Chunk): Promise<Looked> {
  const is_created = source === "created";
  const { rows } = await db.query<{ verdicts: string | null; live_versions: string | null }>(
    `select string_agg(verdict, '' order by position) as verdicts,
            string_agg(live_version, ',' order by position) as live_versions
     from (select i.position, coalesce(p.version, 0)::text as live_version,
                  ${is_created ? VERDICT_OF_CREATED : VERDICT_OF_VERSION} as verdict
           from unnest($1::text[], $2::bigint[], $3::integer[]) with ordinality i (sku_key, id, version, position)
           ${is_created ? "" : "join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version"}
           left join products p on p.sku_key = i.sku_key
           left join product_history a on a.sku_key = i.sku_key and a.id = i.id and a.version = i.version + 1
           offset 0) looked`,
    // The version that was ended before the first one is version 0.
    [keys, ids, is_created ? keys.map(() => 0) : versions],
  );
  const { verdicts, live_versions } = rows[0] ?? {};
  const found = Array.from(verdicts ?? "", (letter) => VERDICTS[letter as keyof typeof VERDICTS]);
  if (found.length !== keys.length) {
    throw new Error(`${keys.length - found.length} of ${keys.length} versions are no longer in the history`);
  }
  return { verdicts: found, live_versions: (live_versions ?? "").split(",").map(Number) };
}
