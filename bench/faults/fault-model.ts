// What the catalogue must be after each action, kept in a Map, and its comparison with the database.
import { createHash } from "node:crypto";
import type { Queryable } from "../../src/db/connection/connect.ts";

interface Modelled {
  name: string;
  description: string;
  /** Exact: whatever is done twice, or not at all, shows in it. */
  version: number;
}

export type Model = Map<string, Modelled>;

/** Applies a file of names. @returns how many products it creates or changes */
export function applyNames(model: Model, names: ReadonlyMap<string, string>): number {
  let applied = 0;
  for (const [sku, name] of names) {
    const known = model.get(sku);
    if (known === undefined) model.set(sku, { name, description: "", version: 1 });
    else if (known.name === name) continue;
    else Object.assign(known, { name, version: known.version + 1 });
    applied++;
  }
  return applied;
}

/** Gives every product a description by its SKU. @returns how many it changes */
export function describe(model: Model, descriptionOf: (sku: string) => string): number {
  let changed = 0;
  for (const [sku, product] of model) {
    const description = descriptionOf(sku);
    if (product.description === description) continue;
    Object.assign(product, { description, version: product.version + 1 });
    changed++;
  }
  return changed;
}

/** Makes the model what the database has, so that one difference is not found again after every later fault. */
export async function adopt(db: Queryable, model: Model): Promise<void> {
  const { rows } = await db.query<Modelled & { sku: string }>("select sku, name, description, version from products");
  model.clear();
  for (const { sku, name, description, version } of rows) model.set(sku, { name, description, version });
}

/** What differs between model and database, or was lost or left; empty = nothing. */
export async function compareWithModel(db: Queryable, model: Model): Promise<string[]> {
  const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([sku, { name, description, version }]) => `${sku}|${name}|${description}|${version}`);
  const expected = createHash("md5").update(lines.join("\n")).digest("hex");
  const { rows } = await db.query<{ count: number; md5: string; gaps: number; rejects: number }>(
    `select (select count(*) from products)::int as count,
       (select md5(string_agg(sku || '|' || name || '|' || description || '|' || version, E'\\n' order by sku collate "C")) from products) as md5,
       (select count(*) from (select id from (select id, version from products union all select id, version from product_history) v
          group by id having count(*) <> max(version) or min(version) <> 1) g)::int as gaps,
       (select count(*) from imports i where state = 'done'
          and rejected <> (select count(*) from import_rejects r where r.import_id = i.id))::int as rejects`,
  );
  const found = rows[0];
  const faults: string[] = [];
  if (found?.count !== model.size) faults.push(`${String(found?.count)} products instead of ${model.size}`);
  else if (found.md5 !== expected) faults.push("products differ from the model in content or version");
  if (found?.gaps !== 0) faults.push(`${String(found?.gaps)} products have gaps in their versions`);
  if (found?.rejects !== 0) faults.push(`${String(found?.rejects)} imports lost or doubled rejects`);
  return faults;
}
