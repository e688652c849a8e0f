// skuport export: writes products to a file or stdout, as GET /api/products/export does, with or without a server.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { download } from "../../../client/download.ts";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import { export_products, export_query, EXPORT_FORMATS, type ExportOptions } from "../../../contract/catalog/export.ts";
import { optionError, readArgs, UsageError, type Command, type Io } from "../command.ts";
import { withServer, type Server } from "../server/find-server.ts";

const FORMATS = Object.keys(EXPORT_FORMATS).join(", ");

export const exportCommand: Command = {
  name: "export",
  summary: "Write products as CSV, TSV, JSON Lines or XLSX",
  help: `Usage: skuport export [FILE] [options]

Writes one column per product field, then one column per attribute. Reads the database of the data folder, or asks the server at
--url. Importing the written file changes nothing.

  -o, --output FILE   the same as FILE: the file to write (default: standard output)
  --format FORMAT     ${FORMATS} (default: from the ending of FILE, otherwise csv)
  --spreadsheet       write CSV or TSV for spreadsheet programs: with a byte order mark, CRLF line ends, and an apostrophe before
                      cells that would run as formulas
  --gzip              compress the file (default if FILE ends in .gz)
  --sort ORDER        sku (default), name, updated_at or created_at; with a minus sign for descending order, such as -sku

Products to export (default: all):
  --search TEXT       text in the SKU, name or description. Of several words, each must occur
  --sku SKU           SKU, or the beginning of SKUs followed by *
  --name TEXT, --description TEXT
  --accents MODE      exact (default), or ignore: creme also finds Crème
  --parent-sku SKU    SKU of the parent
  --active, --no-active
  --attribute NAME=VALUE   attribute value, or * for any value; can be repeated
  --created-in CHANGESET, --changed-in CHANGESET
  --updated-since TIME     such as 2026-01-31T00:00:00Z

  --url URL           address of a server (default: read the database directly)
  --data-dir DIR      data folder (default: SKUPORT_DATA_DIR, or ./data)

Exit code: 0 done, 1 failed or interrupted, 2 usage error.
`,
  async run(args, io) {
    const { values: given, positionals } = readArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: {
        output: { type: "string", short: "o" },
        url: { type: "string" },
        "data-dir": { type: "string" },
        ...EXPORT_OPTIONS,
      },
    });
    const [output, ...others] = given.output === undefined ? positionals : [given.output, ...positionals];
    if (others.length > 0) throw new UsageError(`Name only one file to write, not also ${others.join(", ")}.`);
    const values = { ...given, output };
    const options = readOptions(values);
    const run = (server: Server | undefined): Promise<number> => exportFrom(server, options, values, io);
    return values.url === undefined ? run(undefined) : withServer(values, io, run);
  },
};

interface Values {
  output?: string | undefined;
  "data-dir"?: string | undefined;
}

/** @param server undefined = read the database of the data folder */
async function exportFrom(server: Server | undefined, options: ExportOptions, values: Values, io: Io): Promise<number> {
  const unwritable = new AbortController();
  const write = (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    const output = values.output === undefined ? io.stdout : createWriteStream(values.output);
    // Abort the download immediately: the pipeline alone would report the error only after the next bytes from the server.
    output.once("error", () => {
      unwritable.abort();
    });
    return pipeline(bytes, output, { signal: io.signal, end: output !== io.stdout });
  };
  try {
    if (server === undefined) await exportAlone(options, values, io, write);
    else {
      const signal = AbortSignal.any([io.signal, unwritable.signal]);
      await write(await download(export_products, queryOf(options), { ...server, signal }));
    }
  } catch (error) {
    if (io.signal.aborted) {
      io.stderr.write("Interrupted. The output is incomplete.\n");
      return 1;
    }
    if (values.output !== undefined && unwritable.signal.aborted) {
      const { code, message } = error as NodeJS.ErrnoException;
      io.stderr.write(
        `${values.output} cannot be written: ${code === "ENOENT" ? "the folder does not exist." : message}\n`,
      );
      return 1;
    }
    // EPIPE: the program that reads our output has exited, as with `| head`.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
  return 0;
}

/** Reads the database directly. The database may belong to a running server, but the limits of that server for exports do not apply here.
 * */
async function exportAlone(
  options: ExportOptions,
  values: Values,
  io: Io,
  write: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  // Load these modules only if needed: an export from a server needs none of these.
  const { exportProducts } = await import("../../catalog/export/export-products.ts");
  const { createLog } = await import("../../processes/log.ts");
  const { openDatabase, openPool } = await import("../../processes/open-database.ts");
  const { recordAudit } = await import("../../identity/audit/audit.ts");
  const config = await io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
  const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport export");
  const database = await openDatabase(config, "skuport export", log);
  const pool = openPool(database.address, "skuport export", 2, log);
  try {
    const { bytes } = await exportProducts(pool, options);
    // Write the entry of the audit log before any byte of the export, as the server does.
    await recordAudit(pool, { action: "catalogue-exported", actor: LOCAL_ACTOR, detail: { format: options.format } });
    await write(bytes);
  } finally {
    await pool.end();
    await database.close();
  }
}

const queryOf = ({ attributes = {}, ...parameters }: ExportOptions) => ({
  querystring: {
    ...parameters,
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`attributes.${name}`, value])),
  },
});

const EXPORT_OPTIONS = {
  format: { type: "string" },
  spreadsheet: { type: "boolean" },
  gzip: { type: "boolean" },
  sort: { type: "string" },
  search: { type: "string" },
  sku: { type: "string" },
  name: { type: "string" },
  description: { type: "string" },
  accents: { type: "string" },
  active: { type: "boolean" },
  "parent-sku": { type: "string" },
  attribute: { type: "string", multiple: true },
  "created-in": { type: "string" },
  "changed-in": { type: "string" },
  "updated-since": { type: "string" },
} as const;

interface Values {
  output?: string | undefined;
  format?: string | undefined;
  gzip?: boolean | undefined;
  attribute?: string[] | undefined;
}

/** Reads the options. They are named like the parameters of the query, with `-` instead of `_`. */
function readOptions({ output = "", format, gzip, attribute = [], ...values }: Values): ExportOptions {
  const ending = /\.([a-z]+)(\.gz)?$/i.exec(output);
  const named = ending?.[1]?.toLowerCase() ?? "";
  const query = export_query.safeParse({
    ...Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name in EXPORT_OPTIONS ? [[name.replaceAll("-", "_"), value]] : [],
      ),
    ),
    ...(attribute.length === 0 ? {} : { attributes: Object.fromEntries(attribute.map(readAttribute)) }),
    format: format ?? (Object.hasOwn(EXPORT_FORMATS, named) ? named : undefined),
    gzip: gzip ?? ending?.[2] !== undefined,
  });
  if (query.success) return query.data;
  throw optionError(query.error.issues);
}

function readAttribute(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--attribute ${text}: write NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}
