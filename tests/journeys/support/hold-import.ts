// Stops an import at a row, so that a test can act while the import is running, however fast the machine is.
import { join } from "node:path";
import { connectClient } from "../../../src/db/connection/connect.ts";
import { skuKey } from "../../../src/catalog/product/sku-key.ts";
import { readHolder } from "../../../src/db/data-dir/data-dir.ts";
import type { PageServer } from "./page-server.ts";

/** Stops each import at the row that creates the product, until the returned function is called. A transaction that has inserted the same
 * product and does not commit makes the loader wait. */
export async function holdImport({ folder }: PageServer, sku: string): Promise<() => Promise<void>> {
  const holder = await readHolder(join(folder, "data"));
  if (holder?.connection === undefined) throw new Error("The server is not running");
  const client = await connectClient(holder.connection, { application_name: "skuport test" });
  await client.query("begin");
  await client.query(
    `insert into products (sku_key, id, sku, created_in, changed_in, created_at, updated_at)
     values ($1, 0, $2, 0, 0, now(), now())`,
    [skuKey(sku), sku],
  );
  return async () => {
    await client.query("rollback");
    await client.end();
  };
}
