// Catalogues that are created once, kept in a folder, and reused by later measurements.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { isCatalogueEmpty } from "../../src/catalog/store.ts";
import { fillProducts } from "./catalogue-data.ts";
import { fillIndex } from "./fill-index.ts";
import { change } from "../requests.ts";
import type { BenchServer } from "../server.ts";

/** Fills the catalogue and its search index if the catalogue is empty. Returns the number of products. */
export async function ensureCatalogue(db: pg.Client, rows: number): Promise<number> {
  if (await isCatalogueEmpty(db)) {
    await fillProducts(db, rows);
    await db.query("vacuum analyze products");
    await fillIndex(db, rows);
  }
  const { rows: found } = await db.query<{ count: number }>("select count(*) from products");
  return found[0]?.count ?? 0;
}

/** A filter that matches one product in 170. */
const CHANGED = { attributes: { Brand: "Brand 0" } };
const SAMPLE = 1000;

/** Returns SKUs of products with at least five versions. If there are none, bulk changes create them. */
export async function ensureHistory(db: pg.ClientBase, server: BenchServer): Promise<string[]> {
  const found = await listChanged(db);
  if (found.length > 0) return found;
  for (const action of ["deactivate", "activate", "deactivate", "activate"] as const)
    await change(server, { action, filter: CHANGED });
  await caughtUp(db);
  await db.query("vacuum analyze product_history");
  return listChanged(db);
}

async function listChanged(db: pg.ClientBase): Promise<string[]> {
  const { rows } = await db.query<{ sku: string }>(
    "select sku from product_history where version = 4 order by md5(sku_key) limit $1",
    [SAMPLE],
  );
  return rows.map(({ sku }) => sku);
}

/** Resolves when the search index contains every change. */
export async function caughtUp(db: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ pending: boolean }>("select exists (select from search_backlog) as pending");
    if (rows[0]?.pending !== true) return;
    await sleep(100);
  }
}
