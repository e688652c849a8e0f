// Fences: a process may change an import only while the import still belongs to it. Each check locks the import's row, so that its result
// stays true until the transaction ends.
import type pg from "pg";

/** One scan of one import. */
export interface ScanId {
  id: number;
  /** The token that this scan wrote to the import's row. If the row has another token, a newer scan owns the import. */
  scan_token: number;
}

/** Returns whether the import still belongs to this scan. */
export async function isScannedBy(client: pg.ClientBase, scan: ScanId): Promise<boolean> {
  const { rowCount } = await client.query(
    "select 1 from imports where id = $1 and scan_token = $2 and state in ('receiving', 'scanning') for no key update",
    [scan.id, scan.scan_token],
  );
  return rowCount === 1;
}

/** Returns whether the import still has chunks to load. */
export async function hasChunksLeft(client: pg.ClientBase, importId: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from imports i where id = $1 and state = 'loading'
       and exists (select 1 from import_chunks c where c.import_id = i.id and not c.done) for no key update`,
    [importId],
  );
  return rowCount === 1;
}

/** Returns whether the import's version has not changed. */
export async function isUnchanged(
  client: pg.ClientBase,
  { id, version }: { id: number; version: number },
): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from imports where id = $1 and version = $2 for no key update", [
    id,
    version,
  ]);
  return rowCount === 1;
}
