// skuport export: products as a file, to stdout or a path; what GET /api/products/export does, without a server.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { exportProducts } from "../catalog/export/export-products.ts";
import { export_query, EXPORT_FORMATS, type ExportOptions } from "../../contract/export.ts";
import { readArgs, UsageError, type Command } from "./command.ts";
import { createLog } from "./log.ts";
import { openDatabase, openPool } from "./open-database.ts";

const FORMATS = Object.keys(EXPORT_FORMATS).join(", ");

export const export_command: Command = {
  name: "export",
  summary: "Write products as CSV, TSV, JSON Lines or XLSX",
  help: `Usage: skuport export [-o FILE] [options]

Writes sku, name, description, active, then the attributes. Importing what it wrote changes nothing.

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

  --data-dir DIR      data folder (SKUPORT_DATA_DIR; ./data)
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      allowNegative: true,
      options: { output: { type: "string", short: "o" }, "data-dir": { type: "string" }, ...EXPORT_OPTIONS },
    });
    const options = readOptions(values);
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport export");
    const database = await openDatabase(config, "skuport export", log);
    const pool = openPool(database.address, "skuport export", 2, log);
    try {
      const { bytes } = await exportProducts(pool, options);
      if (values.output === undefined) await pipeline(bytes, io.stdout, { signal: io.signal, end: false });
      else await pipeline(bytes, createWriteStream(values.output), { signal: io.signal });
    } catch (error) {
      // The reader had enough, as `head` does.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    } finally {
      await pool.end();
      await database.close();
    }
    return 0;
  },
};

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
