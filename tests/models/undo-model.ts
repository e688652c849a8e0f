// Computes the expected result of an undo as simply as possible, from the states of all products before and after each changeset.
import type pg from "pg";

/** The products by id. `values` contains all values of the product as one string. */
export type Catalogue = Map<number, { sku_key: string; values: string }>;

export interface Change {
  before: { sku_key: string; values: string } | undefined;
  after: { sku_key: string; values: string } | undefined;
}

export async function readCatalogue(pool: pg.Pool): Promise<Catalogue> {
  const { rows } = await pool.query<{ id: number; sku_key: string; values: string }>(
    `select id, sku_key, jsonb_build_array(sku, name, description, active, parent_sku, attributes, source_line, created_in, created_at)::text
            as values
     from products`,
  );
  return new Map(rows.map(({ id, ...rest }) => [id, rest]));
}

/** Returns the changes between two states of the catalogue, by product id. */
export function difference(before: Catalogue, after: Catalogue): Map<number, Change> {
  const changes = new Map<number, Change>();
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const change = { before: before.get(id), after: after.get(id) };
    if (!isSame(change.before, change.after)) changes.set(id, change);
  }
  return changes;
}

/** Computes the catalogue after an undo, and the products that keep their later changes. */
export function undo(
  catalogue: Catalogue,
  changes: ReadonlyMap<number, Change>,
  policy: "keep" | "overwrite",
): { catalogue: Catalogue; kept: Set<number> } {
  const kept = new Set<number>();
  const going = new Map<number, Change["before"]>();
  for (const [id, { before, after }] of changes) {
    const now = catalogue.get(id);
    if (isSame(now, before)) continue;
    if (policy === "keep" && !isSame(now, after)) kept.add(id);
    else going.set(id, before);
  }
  for (;;) {
    const result = new Map(catalogue);
    for (const [id, before] of going) {
      if (before === undefined) result.delete(id);
      else result.set(id, before);
    }
    const blocked = [...going].find(
      ([id, before]) =>
        before !== undefined && [...result].some(([other, at]) => other !== id && at.sku_key === before.sku_key),
    );
    if (blocked === undefined) return { catalogue: result, kept };
    if (policy === "keep") {
      kept.add(blocked[0]);
      going.delete(blocked[0]);
    } else {
      for (const [other, at] of result) {
        if (other !== blocked[0] && at.sku_key === blocked[1]?.sku_key) going.set(other, undefined);
      }
    }
  }
}

/** Whether SKU key and values are equal. The last changeset and the line in the file are not compared. */
const isSame = (a: Change["before"], b: Change["before"]): boolean =>
  a?.sku_key === b?.sku_key && valuesOf(a) === valuesOf(b);

const valuesOf = (state: Change["before"]): string | undefined =>
  state === undefined ? undefined : JSON.stringify((JSON.parse(state.values) as unknown[]).slice(0, 6));
