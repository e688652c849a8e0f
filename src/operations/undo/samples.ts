// Some of the products that an undo would change, as they are and as they would be.
import { VALUE_COLUMNS } from "../../catalog/product/column-lists.ts";
import { numbersAt, textsAt } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import type { UndoPlan } from "./plan.ts";
import type { UndoPreview } from "../../../contract/changesets/undo.ts";

type Sample = UndoPreview["samples"][number];
type Values = NonNullable<Sample["before"]>;

const SAMPLES = 10;
/** Characters of a description that are shown. */
const SHOWN = 2000;
const VALUES = VALUE_COLUMNS.map((column) =>
  column === "description" ? `left(description, ${SHOWN}) as description` : column,
).join(", ");

export async function readSamples(db: Queryable, plan: UndoPlan, chunk: Chunk): Promise<Sample[]> {
  const { remove, restore, revive } = plan.simple;
  const back = [
    ...versionsAt(chunk, restore.slice(0, SAMPLES)),
    ...plan.restore,
    ...versionsAt(chunk, revive.slice(0, SAMPLES)),
    ...plan.putBack,
  ].slice(0, SAMPLES);
  const others = plan.takeAway.filter(({ renamed_to }) => renamed_to === null).map(({ id }) => id);
  const gone = [...numbersAt(chunk.ids, remove.slice(0, SAMPLES)), ...others].slice(0, SAMPLES - back.length);
  const ids = [...back.map(({ id }) => id), ...gone];
  const live = await db.query<Values & { id: number }>(
    `select id, ${VALUES} from products where id = any ($1::bigint[])`,
    [ids],
  );
  const versions = await db.query<Values & { id: number }>(
    `select h.id, ${VALUES} from unnest($1::text[], $2::bigint[], $3::integer[]) i (sku_key, id, version)
     join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version`,
    [back.map(({ key }) => key), back.map(({ id }) => id), back.map(({ version }) => version)],
  );
  const current = byId(live.rows);
  const restored = byId(versions.rows);
  return ids.map((id) => {
    const before = current.get(id) ?? null;
    const after = restored.get(id) ?? null;
    const change = before === null ? "created" : after === null ? "deleted" : "updated";
    return { id, change, before, after };
  });
}

function versionsAt(chunk: Chunk, positions: readonly number[]): { key: string; id: number; version: number }[] {
  const [ids, versions] = [numbersAt(chunk.ids, positions), numbersAt(chunk.versions, positions)];
  return textsAt(chunk.keys, positions).map((key, i) => ({
    key,
    id: ids[i] as number,
    version: versions[i] as number,
  }));
}

const byId = (rows: readonly (Values & { id: number })[]): Map<number, Values> =>
  new Map(rows.map(({ id, ...values }) => [id, values]));
