// skuport export: the catalogue as CSV, in SKU order, to stdout or a file.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exportCsv } from "../catalog/export-csv.ts";
import { readArgs, type Command } from "./command.ts";
import { createLog } from "./log.ts";
import { openDatabase, openPool } from "./open-database.ts";

export const export_command: Command = {
  name: "export",
  summary: "Write the catalogue as CSV",
  help: `Usage: skuport export [-o FILE] [options]

Writes the whole catalogue as CSV in SKU order: sku, name, description, active, then the attributes. Importing what it wrote
changes nothing.

  -o, --output FILE   write to FILE; default: stdout
  --data-dir DIR      data folder (SKUPORT_DATA_DIR; ./data)
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      options: { output: { type: "string", short: "o" }, "data-dir": { type: "string" } },
    });
    const config = io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
    const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport export");
    const database = await openDatabase(config, "skuport export", log);
    const pool = openPool(database.address, "skuport export", 1, log);
    try {
      const rows = Readable.from(exportCsv(pool), { objectMode: false });
      if (values.output === undefined) await pipeline(rows, io.stdout, { signal: io.signal, end: false });
      else await pipeline(rows, createWriteStream(values.output), { signal: io.signal });
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
