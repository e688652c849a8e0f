// Stops an import at a row, so that a test can act while the import is running, however fast the machine is.
import { skuKey } from "../../../src/catalog/product/sku-key.ts";
import { until } from "../../support/until.ts";
import type { PageServer } from "./page-server.ts";

/** Waits until an import is stopped, that is, until a session of the database waits for a lock. The worker of a journey has one loader, so all
 * earlier chunks are stored then. */
export async function untilHeld({ database }: PageServer): Promise<void> {
  const isHeld = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await until(async () => (await database.pool.query(isHeld)).rows.length > 0);
}

/** Stops each import at the row that creates the product, until the returned function is called. A transaction that has inserted the same
 * product and does not commit makes the loader wait. */
export async function holdImport({ database }: PageServer, sku: string): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query(
    `insert into products (sku_key, id, sku, created_in, changed_in, created_at, updated_at)
     values ($1, 0, $2, 0, 0, now(), now())`,
    [skuKey(sku), sku],
  );
  return async () => {
    await client.query("rollback");
    client.release();
  };
}
