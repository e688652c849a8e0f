// Imports a file into the database of the data folder without a server.
import { join } from "node:path";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import { isTerminal } from "../../../contract/imports/import-names.ts";
import type { GivenOptions, Import } from "../../../contract/imports/imports.ts";
import type { Session } from "./import-remotely.ts";
import type { ImportSource } from "./import-source.ts";

/** Does the work of the server and the worker in this process.
 * @param report called with each ended import, also with those of the further tables of a zip file */
export async function importAlone(
  { filename, size, open }: ImportSource,
  options: Partial<GivenOptions>,
  values: { "data-dir"?: string | undefined },
  { io, progress, report }: Session,
): Promise<void> {
  // Load these modules only if needed: without them, a remote import starts in half the time.
  const { createLog } = await import("../../processes/log.ts");
  const { holdDatabase, openPool } = await import("../../processes/open-database.ts");
  const { startBoss } = await import("../../jobs/boss.ts");
  const { openFileStore } = await import("../../imports/file-stores/open-store.ts");
  const { senders, workOnImports } = await import("../../imports/worker.ts");
  const { finishImport } = await import("../../imports/finish-import.ts");
  const { receiveImport } = await import("../../imports/receive/receive.ts");
  const { readImport, requestCancel } = await import("../../imports/store.ts");
  const { import_query } = await import("../../../contract/imports/imports.ts");

  const config = await io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
  const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport import");
  const database = await holdDatabase(config, "skuport import", log);
  const stop = new AbortController();
  const pool = openPool(database.address, "skuport import", config.worker_concurrency * 2 + 12, log);
  const onError = (err: Error): void => {
    log.warn({ err }, "lost the connection to the database; retrying");
  };
  // Some unfinished imports belong to no file store. With an embedded database, their files can only be in this folder. Another database
  // may have several folders, so such imports are not adopted.
  const opening = { adopts: database.embedded !== undefined, bucket: config.files_bucket };
  const store = await openFileStore(pool, join(config.data_dir, "files"), opening);
  const bossOptions = { application_name: "skuport import", store_id: store.id, works: true, onError };
  const boss = await startBoss(database.address, bossOptions);
  const context = {
    pool,
    store,
    concurrency: config.worker_concurrency,
    log,
    ...senders(boss, store.id),
  };
  const working = workOnImports(boss, context, stop.signal);
  try {
    const upload = {
      filename,
      size,
      actor: LOCAL_ACTOR,
      max_bytes: config.max_upload_bytes,
      options: import_query.parse(options),
    };
    const read = async (id: number): Promise<Import> => (await readImport(pool, id)) as Import;
    let next: Import | null = await receiveImport(context, upload, open());
    while (next !== null) {
      const state = await untilOver(next, read, (id) => requestCancel(pool, id), { io, progress });
      // The user answers by running the command again with an option, so end this import and delete its file.
      if (state.state === "held") await finishImport(context, state.id, "cancelled");
      report(state);
      next = state.followed_by === null ? null : await read(state.followed_by);
    }
  } finally {
    stop.abort();
    await working;
    await boss.stop({ graceful: false });
    await pool.end();
    await database.close();
  }
}

/** Interval between reads of a local import's state. */
const POLL_MS = 50;

/** Shows the progress of the import until it has ended or waits for an answer. If the command is stopped, cancels the import. */
async function untilOver(
  import_: Import,
  read: (id: number) => Promise<Import>,
  cancel: (id: number) => Promise<boolean>,
  { io, progress }: Pick<Session, "io" | "progress">,
): Promise<Import> {
  let state = import_;
  let cancelled = false;
  while (!isTerminal(state.state) && state.state !== "held") {
    if (io.signal.aborted && !cancelled) cancelled = await cancel(state.id);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    state = await read(state.id);
    progress.show(state);
  }
  return state;
}
