// Models the catalogue that is expected after each action, and compares this model with the database.
import { createHash } from "node:crypto";
import type { Queryable } from "../../src/db/connection/connect.ts";

interface Modelled {
  name: string;
  description: string;
  /** The product's version. It is compared exactly, so that a change that was applied twice or not at all is detected. */
  version: number;
}

export type Model = Map<string, Modelled>;

/** Applies an import of SKUs and names (SKU -> name) to the model. Returns how many products it creates or changes. */
export function applyNames(model: Model, names: ReadonlyMap<string, string>): number {
  let applied = 0;
  for (const [sku, name] of names) {
    const product = model.get(sku);
    if (product === undefined) model.set(sku, { name, description: "", version: 1 });
    else if (product.name === name) continue;
    else Object.assign(product, { name, version: product.version + 1 });
    applied++;
  }
  return applied;
}

/** Sets the description of every product. Returns how many products it changes. */
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

/** Sets the model to the state of the database, so that a difference is reported only once and not after every later fault. */
export async function adopt(db: Queryable, model: Model): Promise<void> {
  const { rows } = await db.query<Modelled & { sku: string }>("select sku, name, description, version from products");
  model.clear();
  for (const { sku, name, description, version } of rows) model.set(sku, { name, description, version });
}

/** Returns the differences between model and database, and lost or duplicated rejects; empty if there are none. */
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
  if (found?.rejects !== 0) faults.push(`${String(found?.rejects)} imports lost or duplicated rejects`);
  return faults;
}
