// From scanning to loading, in one transaction: chunks, changeset, ids, and the call for loaders.
import { isCatalogueEmpty, takeProductIds } from "../../catalog/store.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { insertChunks, type Chunk } from "../chunk-store.ts";
import type { ImportContext } from "../context.ts";
import { emitImport } from "../emit-import.ts";
import { isScannedBy, markLoading, type ScanProgress } from "./store.ts";
import type { ImportWork } from "../store.ts";
import { ScanOver } from "./watch-scan.ts";

/** Chunks written at once: their bitmaps are 2 kB each. */
const CHUNKS_PAGE = 500;

/** @throws ScanOver when the import is cancelled, or no longer belongs to this scan */
export async function openLoading(
  context: ImportContext,
  work: ImportWork,
  found: ScanProgress,
  chunks: readonly Chunk[],
): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    if (!(await isScannedBy(client, work))) throw new ScanOver();
    for (let i = 0; i < chunks.length; i += CHUNKS_PAGE)
      await insertChunks(client, work.id, chunks.slice(i, i + CHUNKS_PAGE));
    const count = found.rows + 1;
    const idBase = await takeProductIds(client, count);
    const changesetId = await insertChangeset(client, {
      kind: "import",
      actor: work.actor,
      ids: { base: idBase, count },
    });
    const catalogueWasEmpty = await isCatalogueEmpty(client);
    if (
      !(await markLoading(client, work, found, {
        changeset_id: changesetId,
        id_base: idBase,
        catalogue_was_empty: catalogueWasEmpty,
      }))
    )
      throw new ScanOver();
    await emitImport(client, work.id, "import.started");
    await context.sendLoaders(client, work.id, Math.min(loadersOf(context, work), chunks.length));
  });
}

/** Other workers may take part, so more lanes are sent than this one has; those that find no chunk end at once. */
const loadersOf = (context: ImportContext, work: ImportWork): number =>
  work.options.strict ? 1 : context.concurrency * 2;
