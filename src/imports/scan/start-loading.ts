// Ends a scan and starts loading in one transaction: writes the chunks, creates the changeset, reserves ids and sends loader jobs.
import { isScannedBy } from "../fencing.ts";
import { isCatalogueEmpty, takeProductIds } from "../../catalog/store.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import type { NewChoice } from "../choices/choices-of.ts";
import { saveChoices } from "../choices/store.ts";
import { insertChunks, type Chunk } from "../chunk-store.ts";
import type { ImportContext } from "../context.ts";
import { emitImport } from "../emit-import.ts";
import { markLoading, type ScanProgress } from "./store.ts";
import type { ImportWork } from "../store.ts";
import { ScanOver } from "./watch-scan.ts";

/** Number of chunks that one statement inserts. Each chunk has a bitmap of 2 kB. */
const CHUNKS_BATCH = 500;

/** The results of a complete scan. */
interface ScanResult {
  chunks: readonly Chunk[];
  /** The choices to remember about the columns of the file. */
  choices: readonly NewChoice[];
}

/** Ends the scan and starts loading. @throws ScanOver if the import was cancelled or taken over by a newer scan */
export async function startLoading(
  context: ImportContext,
  work: ImportWork,
  found: ScanProgress,
  { chunks, choices }: ScanResult,
): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    if (!(await isScannedBy(client, work))) throw new ScanOver();
    for (let i = 0; i < chunks.length; i += CHUNKS_BATCH)
      await insertChunks(client, work.id, chunks.slice(i, i + CHUNKS_BATCH));
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
    await saveChoices(client, work.id, choices);
    await emitImport(client, work.id, "import.started");
    await context.sendLoaders(client, work.id, Math.min(loaderCount(context, work), chunks.length));
  });
}

/** Number of loader jobs to send: one for a strict import, otherwise twice the number of loaders that this process runs, because other
 * processes may run the other half. A loader that finds no chunk ends immediately. */
const loaderCount = (context: ImportContext, work: ImportWork): number =>
  work.options.strict ? 1 : context.concurrency * 2;
