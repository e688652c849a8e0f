// skuport export: products as a file, to stdout or a path; what GET /api/products/export does, without a server or from one.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { download } from "../../client/download.ts";
import { export_products, export_query, EXPORT_FORMATS, type ExportOptions } from "../../contract/catalog/export.ts";
import { readArgs, UsageError, type Command, type Io } from "./command.ts";
import { findServer } from "./find-server.ts";

const FORMATS = Object.keys(EXPORT_FORMATS).join(", ");

export const exportCommand: Command = {
  name: "export",
  summary: "Write products as CSV, TSV, JSON Lines or XLSX",
  help: `Usage: skuport export [-o FILE] [options]

Writes sku, name, description, active, then the attributes, out of the database of the data folder or what the server at --url has.
Importing what it wrote changes nothing.

  -o, --output FILE   write to FILE; default: stdout
  --format FORMAT     ${FORMATS}; default: what FILE ends in, else csv
  --spreadsheet       CSV or TSV for a spreadsheet program: a byte order mark, CRLF, and an apostrophe before cells that it
                      would run as formulas
  --gzip              compress; default where FILE ends in .gz
  --sort ORDER        sku (default), name, updated_at or created_at; with - in front the other way round

Which products, all if nothing is said:
  --search TEXT       text in the SKU, the name or the description; of several words each
  --sku SKU           the SKU, or its beginning and *
  --name TEXT, --description TEXT
  --active, --no-active
  --attribute NAME=VALUE   may be repeated; * = any value
  --created-in CHANGESET, --changed-in CHANGESET
  --updated-after TIME     such as 2026-01-31T00:00:00Z

  --url URL           the server that sends the file; without it, none is needed
  --data-dir DIR      data folder (SKUPORT_DATA_DIR; ./data)

Exit code: 0 done, 1 failed or interrupted, 2 wrong use.
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      allowNegative: true,
      options: {
        output: { type: "string", short: "o" },
        url: { type: "string" },
        "data-dir": { type: "string" },
        ...EXPORT_OPTIONS,
      },
    });
    const options = readOptions(values);
    const baseUrl = values.url === undefined ? undefined : await findServer(values, io);
    const unwritable = new AbortController();
    const write = (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
      const output = values.output === undefined ? io.stdout : createWriteStream(values.output);
      // Else the pipeline would wait for what a server sends next before it says so.
      output.once("error", () => {
        unwritable.abort();
      });
      return pipeline(bytes, output, { signal: io.signal, end: output !== io.stdout });
    };
    try {
      if (baseUrl === undefined) await exportAlone(options, values, io, write);
      else {
        const signal = AbortSignal.any([io.signal, unwritable.signal]);
        await write(await download(export_products, queryOf(options), { base_url: baseUrl, signal }));
      }
    } catch (error) {
      if (io.signal.aborted) {
        io.stderr.write("Interrupted; what was written is not complete.\n");
        return 1;
      }
      if (values.output !== undefined && unwritable.signal.aborted) {
        const { code, message } = error as NodeJS.ErrnoException;
        io.stderr.write(
          `${values.output} cannot be written: ${code === "ENOENT" ? "there is no such folder." : message}\n`,
        );
        return 1;
      }
      // The reader had enough, as `head` does.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
    return 0;
  },
};

/** Out of the database itself: it may be that of a server, whose limits do not count here. */
async function exportAlone(
  options: ExportOptions,
  values: { "data-dir"?: string | undefined },
  io: Io,
  write: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  // Loaded only here: what a server sends needs none of it.
  const { exportProducts } = await import("../catalog/export/export-products.ts");
  const { createLog } = await import("../processes/log.ts");
  const { openDatabase, openPool } = await import("../processes/open-database.ts");
  const config = await io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
  const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport export");
  const database = await openDatabase(config, "skuport export", log);
  const pool = openPool(database.address, "skuport export", 2, log);
  try {
    await write((await exportProducts(pool, options)).bytes);
  } finally {
    await pool.end();
    await database.close();
  }
}

const queryOf = ({ attributes = {}, ...others }: ExportOptions) => ({
  querystring: {
    ...others,
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
  active: { type: "boolean" },
  attribute: { type: "string", multiple: true },
  "created-in": { type: "string" },
  "changed-in": { type: "string" },
  "updated-after": { type: "string" },
} as const;

interface Values {
  output?: string | undefined;
  format?: string | undefined;
  gzip?: boolean | undefined;
  attribute?: string[] | undefined;
}

/** The options are the query's parameters, with `-` for `_`. */
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
  throw new UsageError(
    query.error.issues.map(({ path, message }) => `--${path.join(".").replaceAll("_", "-")}: ${message}`).join("\n"),
  );
}

function readAttribute(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--attribute ${text}: write NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
