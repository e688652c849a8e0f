// Samples for the preview of an undo: some products before and after it.
import { VALUE_COLUMNS } from "../../catalog/product/column-lists.ts";
import { numbersAt, textsAt } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import type { UndoPlan } from "./plan.ts";
import type { UndoPreview } from "../../../contract/changesets/undo.ts";

type Sample = UndoPreview["samples"][number];
type Values = NonNullable<Sample["before"]>;

const MAX_SAMPLES = 10;
/** Maximum number of characters of a description in a sample. */
const DESCRIPTION_CHARACTERS = 2000;
const VALUES = VALUE_COLUMNS.map((column) =>
  column === "description" ? `left(description, ${DESCRIPTION_CHARACTERS}) as description` : column,
).join(", ");

export async function readSamples(db: Queryable, plan: UndoPlan, chunk: Chunk): Promise<Sample[]> {
  const { deletes, restores, revivals } = plan.in_place;
  const restored = [
    ...versionsAt(chunk, restores.slice(0, MAX_SAMPLES)),
    ...plan.restores,
    ...versionsAt(chunk, revivals.slice(0, MAX_SAMPLES)),
    ...plan.reinserts,
  ].slice(0, MAX_SAMPLES);
  const moved = plan.deletes.filter(({ renamed_to }) => renamed_to === null).map(({ id }) => id);
  const deleted = [...numbersAt(chunk.ids, deletes.slice(0, MAX_SAMPLES)), ...moved].slice(
    0,
    MAX_SAMPLES - restored.length,
  );
  const ids = [...restored.map(({ id }) => id), ...deleted];
  const live = await db.query<Values & { id: number }>(
    `select id, ${VALUES} from products where id = any ($1::bigint[])`,
    [ids],
  );
  const versions = await db.query<Values & { id: number }>(
    `select h.id, ${VALUES} from unnest($1::text[], $2::bigint[], $3::integer[]) i (sku_key, id, version)
     join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version`,
    [restored.map(({ key }) => key), restored.map(({ id }) => id), restored.map(({ version }) => version)],
  );
  const currentValues = byId(live.rows);
  const restoredValues = byId(versions.rows);
  return ids.map((id) => {
    const before = currentValues.get(id) ?? null;
    const after = restoredValues.get(id) ?? null;
    const change = before === null ? "created" : after === null ? "deleted" : "updated";
    return { id, change, before, after };
  });
}

function versionsAt(chunk: Chunk, indexes: readonly number[]): { key: string; id: number; version: number }[] {
  const [ids, versions] = [numbersAt(chunk.ids, indexes), numbersAt(chunk.versions, indexes)];
  return textsAt(chunk.keys, indexes).map((key, i) => ({
    key,
    id: ids[i] as number,
    version: versions[i] as number,
  }));
}

const byId = (rows: readonly (Values & { id: number })[]): Map<number, Values> =>
  new Map(rows.map(({ id, ...values }) => [id, values]));
