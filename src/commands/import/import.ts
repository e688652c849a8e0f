// skuport import: sends a file to the server and shows the progress. Without a server, imports it in this process.
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import { join } from "node:path";
import { uploadPath, uploadStream } from "../../../client/upload.ts";
import { watchImport } from "../../../client/watch.ts";
import { isTerminal } from "../../../contract/imports/import-names.ts";
import type { GivenOptions, Import, ListedImport } from "../../../contract/imports/imports.ts";
import { optionError, readArgs, UsageError, type Command, type Io } from "../command.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides, type DialectValues } from "../dialect-options.ts";
import { COLUMN_HELP, COLUMN_OPTIONS, readColumnOptions, type ColumnValues } from "../column-options.ts";
import { findServer } from "../find-server.ts";
import { createProgress, describeResult, type Progress } from "./import-progress.ts";
import { findSource, type ImportSource } from "./import-source.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  mode: { type: "string" },
  repeats: { type: "string" },
  strict: { type: "boolean" },
  active: { type: "boolean" },
  review: { type: "string" },
  "on-new-column": { type: "string" },
  "on-missing-column": { type: "string" },
  ...COLUMN_OPTIONS,
  ...DIALECT_OPTIONS,
} as const;

export const importCommand: Command = {
  name: "import",
  summary: "Import a file into the catalogue",
  help: `Usage: skuport import FILE [options]

Sends FILE to the server and shows the progress. The server is the one that runs on the data folder, or --url. If no server is
running, the command itself imports the file into the database. FILE may be a pipe, or - for standard input.

  --url URL           address of the server
  --data-dir DIR      data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json              print only the finished import, as JSON
  --mode MODE         upsert (default): create and update products; create: only create new products; update: only update
                      existing products
  --repeats WHICH     row to use if the file repeats a SKU: last (default), first, or reject: use the first
                      row and reject the others
  --strict            if any row is rejected, fail the import and change nothing
  --no-active         create a new product as inactive if the file does not say whether it is active
  --review WHEN       always: scan the file, print its figures and what its columns become, and import nothing; unknown:
                      do so only if it is not certain what the columns become, otherwise import; never (default)
${COLUMN_HELP}  --on-new-column WHAT      columns that the profile does not know: attribute: make them attributes; ignore: ignore them;
                            hold: import nothing and ask (default: as in the profile, otherwise attribute)
  --on-missing-column WHAT  columns of the profile that the file lacks: keep: leave their values unchanged; hold: import
                            nothing and ask (default: as in the profile, otherwise keep)

The format of the file is detected; \`skuport read\` shows it. To set it yourself:
${DIALECT_HELP}
Exit code: 0 done, 1 failed or cancelled, 2 usage error, 3 the file needs a decision: nothing was imported, and the
question is printed with the options that answer it. An import that applies no row fails: all rows were rejected or ignored, or
the file has no rows. If some rows are applied, rejected rows fail the import only with --strict, or if nearly all of at least
10,000 rows are rejected.
`,
  async run(args, io) {
    const { values, positionals } = readArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) throw new UsageError("Give one file: skuport import FILE");
    const options = await readOptions(values);
    const source = await findSource(path, io);
    const progress = createProgress(values.json === true ? undefined : io.stderr, path, source.size);
    const baseUrl = await findServer(values, io);
    const ended = await (
      baseUrl === undefined
        ? importAlone(source, options, values, io, progress)
        : importRemotely(baseUrl, source, options, io, progress)
    ).finally(() => {
      progress.end();
    });
    if (ended === undefined) {
      io.stderr.write("Interrupted before the file was sent. Nothing was imported.\n");
      return 1;
    }
    io.stdout.write(values.json === true ? `${JSON.stringify(ended)}\n` : describeResult(ended, baseUrl));
    return EXIT_CODES[ended.state] ?? 1;
  },
};

const EXIT_CODES: Partial<Record<Import["state"], number>> = { done: 0, held: 3 };

interface OptionValues extends DialectValues, ColumnValues {
  mode?: string | undefined;
  repeats?: string | undefined;
  strict?: boolean | undefined;
  active?: boolean | undefined;
  review?: string | undefined;
  "on-new-column"?: string | undefined;
  "on-missing-column"?: string | undefined;
}

/** Returns the given options. For missing options, the server uses its defaults. */
async function readOptions(values: OptionValues): Promise<Partial<GivenOptions>> {
  const { mode, repeats, strict, active, review } = values;
  const columns = { on_new_column: values["on-new-column"], on_missing_column: values["on-missing-column"] };
  const given = { mode, repeats, strict, active, review, ...columns };
  const options = { ...given, ...readOverrides(values), ...(await readColumnOptions(values)) };
  if (Object.values(options).every((value) => value === undefined)) return {};
  // Load this module only if needed: most imports have no options, and zod takes longer to load than the rest of the command.
  const { import_query } = await import("../../../contract/imports/imports.ts");
  const result = import_query.safeParse(options);
  if (result.success) return result.data;
  throw optionError(result.error.issues);
}

/**
 * Sends the file to the server and waits for the end of the import. If the import is held for an answer, cancels it. @returns the ended
 * import or, for a held one, its state before it was cancelled; undefined if the command was interrupted before the import was created
 */
async function importRemotely(
  baseUrl: string,
  source: ImportSource,
  options: Partial<GivenOptions>,
  io: Io,
  progress: Progress,
): Promise<Import | undefined> {
  const sent = await send(baseUrl, source, options, io, progress).catch((error: unknown) => {
    if (io.signal.aborted) return undefined;
    throw error;
  });
  if (sent === undefined) return undefined;
  let last: ListedImport = sent;
  // Ctrl-C cancels the import. The command then waits for the end of the import and reports it.
  const cancel = (): void => void cancelRemotely(baseUrl, sent.id).catch(() => undefined);
  io.signal.addEventListener("abort", cancel, { once: true });
  for await (const state of watchImport(sent.id, { base_url: baseUrl })) {
    last = state;
    progress.show(state);
    if (state.state === "held") break;
  }
  io.signal.removeEventListener("abort", cancel);
  if (last.state === "held") {
    const held = await readWhole(baseUrl, sent.id);
    await cancelRemotely(baseUrl, sent.id);
    return held;
  }
  return last.shortened ? readWhole(baseUrl, sent.id) : (last as Import);
}

/** Fetches the import with all its values: the events of `watchImport` omit or truncate values longer than 1 kB. */
async function readWhole(baseUrl: string, id: number): Promise<Import> {
  const { call } = await import("../../../client/call.ts");
  const { get_import } = await import("../../../contract/imports/imports.ts");
  return call(get_import, { params: { id } }, { base_url: baseUrl });
}

async function cancelRemotely(baseUrl: string, id: number): Promise<void> {
  const { call } = await import("../../../client/call.ts");
  const { cancel_import } = await import("../../../contract/imports/imports.ts");
  await call(cancel_import, { params: { id } }, { base_url: baseUrl });
}

function send(
  baseUrl: string,
  { path, filename, size, open }: ImportSource,
  options: Partial<GivenOptions>,
  { signal }: Io,
  progress: Progress,
): Promise<Import> {
  const onProgress = (bytes: number): void => {
    progress.upload(bytes);
  };
  const onBusy = (): void => {
    progress.busy();
  };
  const upload = { base_url: baseUrl, options, signal, onProgress, onBusy };
  return path === undefined ? uploadStream(open(), { ...upload, filename, size }) : uploadPath(path, upload);
}

/** Does the work of the server and the worker in this process. */
async function importAlone(
  { filename, size, open }: ImportSource,
  options: Partial<GivenOptions>,
  values: { "data-dir"?: string | undefined },
  io: Io,
  progress: Progress,
): Promise<Import> {
  // Load these modules only if needed: without them, a remote import starts in half the time.
  const { createLog } = await import("../../processes/log.ts");
  const { holdDatabase, openPool } = await import("../../processes/open-database.ts");
  const { startBoss } = await import("../../jobs/boss.ts");
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
  const boss = await startBoss(database.address, { application_name: "skuport import", works: true, onError });
  const filesDir = join(config.data_dir, "files");
  const context = { pool, files_dir: filesDir, concurrency: config.worker_concurrency, log, ...senders(boss) };
  const working = workOnImports(boss, context, stop.signal);
  try {
    const upload = {
      filename,
      size,
      actor: LOCAL_ACTOR,
      max_bytes: config.max_upload_bytes,
      options: import_query.parse(options),
    };
    let state = await receiveImport(context, upload, open());
    let cancelled = false;
    while (!isTerminal(state.state)) {
      if (io.signal.aborted && !cancelled) cancelled = await requestCancel(pool, state.id);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      state = (await readImport(pool, state.id)) as Import;
      progress.show(state);
      if (state.state === "held") break;
    }
    // The user answers by running the command again with an option, so end this import and delete its file.
    if (state.state === "held") await finishImport(context, state.id, "cancelled");
    return state;
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
