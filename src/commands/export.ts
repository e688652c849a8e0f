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

Writes the catalogue in SKU order: sku, name, description, active, then the attributes. Importing what it wrote changes
nothing.

  -o, --output FILE   write to FILE; default: stdout
  --format FORMAT     ${FORMATS}; default: what FILE ends in, else csv
  --spreadsheet       CSV or TSV for a spreadsheet program: a byte order mark, CRLF, and an apostrophe before cells that it
                      would run as formulas
  --gzip              compress; default where FILE ends in .gz
  --data-dir DIR      data folder (SKUPORT_DATA_DIR; ./data)
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      options: {
        output: { type: "string", short: "o" },
        format: { type: "string" },
        spreadsheet: { type: "boolean" },
        gzip: { type: "boolean" },
        "data-dir": { type: "string" },
      },
    });
    const options = readOptions(values);
    const config = io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
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

interface Values {
  output?: string | undefined;
  format?: string | undefined;
  spreadsheet?: boolean | undefined;
  gzip?: boolean | undefined;
}

function readOptions({ output = "", format, spreadsheet, gzip }: Values): ExportOptions {
  const ending = /\.([a-z]+)(\.gz)?$/i.exec(output);
  const named = ending?.[1]?.toLowerCase() ?? "";
  const options = export_query.safeParse({
    format: format ?? (Object.hasOwn(EXPORT_FORMATS, named) ? named : undefined),
    spreadsheet,
    gzip: gzip ?? ending?.[2] !== undefined,
  });
  if (options.success) return options.data;
  if (format !== undefined) throw new UsageError(`--format ${format} is none of ${FORMATS}`);
  throw new UsageError(options.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("\n"));
}
